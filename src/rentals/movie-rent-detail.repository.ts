import { type EntityManager, Repository } from 'typeorm';
import { PreparedInsert } from '../database/prepared-insert.js';
import { onDuplicate } from '../database/unique-violation.js';
import { MovieRentDetail } from './movie-rent-detail.entity.js';
import { CopyAlreadyRented } from './rentals.errors.js';

interface LineToOpen {
  readonly id?: number;
  readonly movieCopyId: number;
}

const opening = new PreparedInsert(MovieRentDetail, ['movieRentId', 'movieCopyId', 'returnedDatetime']);
const reopening = new PreparedInsert(MovieRentDetail, ['id', 'movieRentId', 'movieCopyId', 'returnedDatetime']);

const hasId = <Line extends LineToOpen>(line: Line): line is Line & { id: number } => line.id !== undefined;

export class MovieRentDetailRepository extends Repository<MovieRentDetail> {
  constructor(manager: EntityManager) {
    super(MovieRentDetail, manager, manager.queryRunner);
  }

  /**
   * Opens lines, under the ids they come with or new ones.
   * @throws CopyAlreadyRented where the database's own law catches what was judged otherwise
   */
  async open(movieRentId: number, lines: readonly LineToOpen[]): Promise<void> {
    const rows = lines.map((line) => ({ ...line, movieRentId, returnedDatetime: null }));
    const refuse = refuseSecondHand(lines.map(({ movieCopyId }) => movieCopyId));
    await reopening.run(this.manager, rows.filter(hasId)).catch(refuse);
    await opening
      .run(
        this.manager,
        rows.filter((row) => !hasId(row)),
      )
      .catch(refuse);
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
