import { type MovieRent, MovieRentDetail, type MovieRentDetailColumns, type TermsOfLine } from './movie-rent.entity.js';
import { type EntityManager, In } from 'typeorm';
import { CompiledInsert } from '../platform/database/queries/compiled-insert.js';
import { onDuplicate } from '../platform/database/queries/constraint-violations.js';
import { LostRace } from '../kernel/domain-error.js';
import { isOpenByRent } from '../loans/loan.view.js';
import type { MovieCopy } from '../movies/movie-copy.entity.js';
import { Renewal } from './renewals/renewal.entity.js';

/** A copy to be lent, the time of lending, and the terms. */
export interface Lending {
  readonly copy: MovieCopy;
  readonly lentDatetime: Date;
  readonly terms: TermsOfLine;
  /** The number of renewals of a line that is replaced; null: none. */
  readonly renewals?: number | null;
}

type RentOfLines = Pick<MovieRent, 'id' | 'clientId'>;

const opening = new CompiledInsert<MovieRentDetail, MovieRentDetailColumns>(MovieRentDetail, 'movieCopyId');
const replacement = new CompiledInsert<MovieRentDetail, MovieRentDetailColumns & Pick<MovieRentDetail, 'id'>>(
  MovieRentDetail,
  'movieCopyId',
  { replaces: true },
);

export class MovieRentDetailRepository {
  constructor(private readonly manager: EntityManager) {}

  /**
   * Opens a line for each copy.
   * @throws LostRace if the unique index detects a rental that the earlier check missed
   */
  async open(rent: RentOfLines, lendings: readonly Lending[]): Promise<MovieRentDetail[]> {
    const rows = lendings.map((lending) => rowOf(rent, lending));
    const ids = await opening.run(this.manager, rows).catch(refuseRentedCopies);
    const lines = rows.map((row, index) =>
      Object.assign(new MovieRentDetail(), row, { id: ids[index], movieCopy: lendings[index]!.copy }),
    );
    return lines.sort((one, other) => one.id - other.id);
  }

  /**
   * Replaces the copies, times and terms of lines that have ended, and opens them. Several lines may exchange their copies.
   * @throws LostRace
   */
  async replace(rent: RentOfLines, lines: readonly (Lending & { readonly id: number })[]): Promise<void> {
    const rows = lines.map(({ id, ...lending }) => ({ id, ...rowOf(rent, lending) }));
    await replacement.run(this.manager, rows).catch(refuseRentedCopies);
  }

  /** Counts the open rentals, by an index of the open lines. */
  async countOpenRents(): Promise<number> {
    const [row] = await this.manager.query<{ count: number | string }[]>(
      `SELECT COUNT(DISTINCT movie_rent_id) AS count FROM movie_rent_detail WHERE ${isOpenByRent('movie_rent_detail')}`,
    );
    return Number(row!.count);
  }

  /** Deletes lines that were recorded by mistake, and their renewals. */
  async deleteLines(lines: readonly MovieRentDetail[]): Promise<void> {
    const renewed = lines.filter(({ renewals }) => renewals).map(({ id }) => id);
    if (renewed.length > 0) await this.manager.delete(Renewal, { movieRentDetailId: In(renewed) });
    const ids = lines.map(({ id }) => id);
    if (ids.length > 0) await this.manager.delete(MovieRentDetail, ids);
  }
}

const rowOf = (
  { id, clientId }: RentOfLines,
  { copy, lentDatetime, terms, renewals = null }: Lending,
): MovieRentDetailColumns => ({
  movieRentId: id,
  clientId,
  movieCopyId: copy.id,
  lentDatetime,
  ...terms,
  returnedDatetime: null,
  lostDatetime: null,
  renewals,
});

const refuseRentedCopies = onDuplicate(
  'movie_rent_detail.movie_copy_id',
  () => new LostRace(undefined, 'Another rental of one of the copies was recorded meanwhile. Try again in a moment.'),
  'ix_movie_rent_detail_one_open_line_per_copy',
);
