import { type EntityInvariant, violationsIn, type Rows } from '../../platform/verification/invariant.js';
import { futureInstants, latestPlausibleInstant } from './future-instants.js';
import { MovieRent, MovieRentDetail } from '../movie-rent.entity.js';

/** Invariants of rentals that no database constraint can express. */
export const rentalInvariants: readonly EntityInvariant[] = [
  {
    of: MovieRent,
    remedy: 'Delete the rental with DELETE /movie_rents/{id}, or restore its lines from a backup.',
    violations: (rows) =>
      violationsIn(
        rows.leftJoin(MovieRentDetail, 'line', 'line.movieRentId = row.id').andWhere('line.id IS NULL'),
        () => 'it has no lines',
      ),
  },
  {
    of: MovieRentDetail,
    remedy: 'Set its returned_datetime to when the copy was returned.',
    violations: (rows) =>
      violationsIn<{ returned: string; lent: string }>(
        rows
          .addSelect('row.returnedDatetime', 'returned')
          .addSelect('row.lentDatetime', 'lent')
          .andWhere('row.returnedDatetime < row.lentDatetime'),
        ({ returned, lent }) => `it was returned at ${returned}, before it was lent at ${lent}`,
      ),
  },
  {
    of: MovieRentDetail,
    remedy: 'Find out when the copy was lent and returned, and correct lent_datetime or returned_datetime.',
    // Reports the later of two loans. Two open lines of one copy violate the unique index, which is checked separately.
    violations: (rows) =>
      violationsIn<{ lent: string; other: number }>(
        rows
          .addSelect('row.lentDatetime', 'lent')
          .addSelect('MIN(other.id)', 'other')
          .innerJoin(MovieRentDetail, 'other', 'other.movieCopyId = row.movieCopyId AND other.id <> row.id')
          .andWhere(
            '(other.lentDatetime < row.lentDatetime OR (other.lentDatetime = row.lentDatetime AND other.id < row.id))',
          )
          .andWhere('(other.returnedDatetime > row.lentDatetime OR other.returnedDatetime IS NULL)')
          .andWhere('(other.returnedDatetime IS NOT NULL OR row.returnedDatetime IS NOT NULL)')
          .groupBy('row.id')
          .addGroupBy('row.lentDatetime'),
        ({ lent, other }) => `its copy was lent at ${lent}, while row ${other} had it`,
      ),
  },
  ...futureInstants.map(({ of, property, column }) => ({
    of,
    remedy:
      'Correct the clock of the machine if it is wrong. Then stop the service, back up, and run npm run repair:instants.',
    violations: (rows: Rows) =>
      violationsIn<{ instant: string }>(
        rows
          .addSelect(`row.${property}`, 'instant')
          .andWhere(`row.${property} > :limit`, { limit: latestPlausibleInstant() }),
        ({ instant }) => `its ${column} is ${instant}, which is in the future`,
      ),
  })),
];
