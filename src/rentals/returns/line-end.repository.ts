import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { latest } from '../../kernel/clock.js';
import { NotFound } from '../../kernel/domain-error.js';
import { CompiledSelect } from '../../platform/database/queries/compiled-select.js';
import { dialectOf } from '../../platform/database/dialect/dialect.js';
import { RowLock } from '../../platform/database/queries/row-lock.js';
import { isOpen } from '../../loans/loan.view.js';
import { MovieRent, MovieRentDetail } from '../movie-rent.entity.js';

interface ByIds {
  readonly ids: readonly number[];
}

const lines = (manager: EntityManager): SelectQueryBuilder<MovieRentDetail> =>
  manager
    .createQueryBuilder(MovieRentDetail, 'line')
    .innerJoinAndSelect('line.movieCopy', 'copy')
    .innerJoinAndSelect('copy.movie', 'movie')
    .orderBy('line.id');
const byIds = new CompiledSelect<MovieRentDetail, ByIds>({ ids: 'integers' }, (manager) =>
  lines(manager).where(dialectOf(manager.connection).isInList('line.id', ':ids')),
);
/** The last loan of each copy: the open one, else the one that was lent last. */
const lastByCopy = new CompiledSelect<MovieRentDetail, ByIds>({ ids: 'integers' }, (manager) =>
  lines(manager)
    .where(dialectOf(manager.connection).isInList('copy.id', ':ids'))
    .andWhere(
      `line.id = (SELECT loan.id FROM movie_rent_detail AS loan WHERE loan.movie_copy_id = copy.id ORDER BY
       CASE WHEN ${isOpen('loan')} THEN 0 ELSE 1 END,
       loan.lent_datetime DESC, loan.id DESC LIMIT 1)`,
    ),
);
const lockOfRents = new RowLock<MovieRent, ByIds>({ ids: 'integers' }, (manager) =>
  manager.createQueryBuilder(MovieRent, 'rent').where(dialectOf(manager.connection).isInList('rent.id', ':ids')),
);

/** The only code that ends lines and reopens them. Lock the rentals of the lines first. */
export class LineEndRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Returns the id of a line's rental, which never changes. @throws NotFound */
  async rentIdOf(lineId: number): Promise<number> {
    const line = await this.manager.findOne(MovieRentDetail, {
      select: { id: true, movieRentId: true },
      where: { id: lineId },
    });
    if (!line) throw new NotFound('Movie rent detail');
    return line.movieRentId;
  }

  /** Locks rentals until the unit of work ends. */
  async lockRents(ids: readonly number[]): Promise<void> {
    await lockOfRents.run(this.manager, { ids }, 'no key update');
  }

  async find(ids: readonly number[]): Promise<MovieRentDetail[]> {
    return ids.length === 0 ? [] : byIds.all(this.manager, { ids });
  }

  /** Returns the last loan of each copy that was ever lent. */
  async findLastOf(copyIds: readonly number[]): Promise<MovieRentDetail[]> {
    return copyIds.length === 0 ? [] : lastByCopy.all(this.manager, { ids: copyIds });
  }

  /** Ends lines by the return of their copies, in the database and on `lines`. A lost line becomes a returned one. */
  async return(lines: readonly MovieRentDetail[], now: Date): Promise<void> {
    await this.end(lines, now, 'returned_datetime', 'lost_datetime');
    for (const line of lines) {
      line.returnedDatetime = latest(now, line.lentDatetime);
      line.lostDatetime = null;
    }
  }

  /** Ends an open line by the loss of its copy, in the database and on `line`. */
  async lose(line: MovieRentDetail, now: Date): Promise<void> {
    await this.end([line], now, 'lost_datetime', 'returned_datetime');
    line.lostDatetime = latest(now, line.lentDatetime);
  }

  /** Opens a returned line again, with its due date, in the database and on `line`. */
  async reopen(line: MovieRentDetail): Promise<void> {
    await this.manager.update(MovieRentDetail, line.id, { returnedDatetime: null });
    line.returnedDatetime = null;
  }

  /** Plain SQL, because TypeORM's update() takes four times as long. */
  private async end(lines: readonly MovieRentDetail[], now: Date, column: string, other: string): Promise<void> {
    if (lines.length === 0) return;
    const ids = lines.map(({ id }) => id);
    const dialect = dialectOf(this.manager.connection);
    // If the clock was set back, a line must not end before its copy was lent.
    await this.manager.query(
      `UPDATE movie_rent_detail
       SET ${column} = CASE WHEN lent_datetime > $1 THEN lent_datetime ELSE $1 END, ${other} = NULL
       WHERE ${dialect.isInList('id', '$2')}`,
      [now.toISOString(), dialect.listParameter(ids)],
    );
  }
}
