import { type EntityManager, In, Repository } from 'typeorm';
import { onDuplicate } from '../database/unique-violation.js';
import { MovieRentDetail } from './movie-rent-detail.entity.js';
import { CopyAlreadyRented } from './rentals.errors.js';

interface LineToOpen {
  readonly id?: number;
  readonly movieCopyId: number;
}

export class MovieRentDetailRepository extends Repository<MovieRentDetail> {
  constructor(manager: EntityManager) {
    super(MovieRentDetail, manager, manager.queryRunner);
  }

  /** When the last of some copies came back; null where none of them was ever out. */
  async lastReturnOf(movieCopyIds: readonly number[]): Promise<Date | null> {
    const found = await this.createQueryBuilder('line')
      .select('MAX(line.returnedDatetime)', 'instant')
      .where({ movieCopyId: In(movieCopyIds) })
      .getRawOne<{ instant: string | null }>();
    return found?.instant ? new Date(found.instant) : null;
  }

  /**
   * Opens lines, under the ids they come with or new ones.
   * @throws CopyAlreadyRented where the database's own law catches what was judged otherwise
   */
  async open(movieRentId: number, lines: readonly LineToOpen[]): Promise<void> {
    if (lines.length === 0) return;
    const rows = lines.map((line) => ({ ...line, movieRentId, returnedDatetime: null }));
    await this.createQueryBuilder()
      .insert()
      // By name, since TypeORM leaves given ids out on PostgreSQL otherwise.
      .into(MovieRentDetail, ['id', 'movieRentId', 'movieCopyId', 'returnedDatetime'])
      .values(rows)
      .updateEntity(false)
      .execute()
      .catch(refuseSecondHand(lines.map(({ movieCopyId }) => movieCopyId)));
  }

  /** How many rentals have something out. Reads of the partial index what is out now, and nothing of what was. */
  async countOpenRents(): Promise<number> {
    const [row] = await this.query<{ count: number | string }[]>(
      'SELECT COUNT(DISTINCT movie_rent_id) AS count FROM movie_rent_detail WHERE returned_datetime IS NULL',
    );
    return Number(row!.count);
  }

  /** Undoes lines, as if they had never been. */
  async takeBack(lines: readonly MovieRentDetail[]): Promise<void> {
    if (lines.length > 0) await this.delete(lines.map(({ id }) => id));
  }
}

const refuseSecondHand = (movieCopyIds: number[]) =>
  onDuplicate(
    'movie_rent_detail.movie_copy_id',
    new CopyAlreadyRented(movieCopyIds),
    'ix_movie_rent_detail_one_open_line_per_copy',
  );
