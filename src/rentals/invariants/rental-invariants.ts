import { type EntityInvariant, violationsIn, type Rows } from '../../platform/verification/invariant.js';
import { dueDatesOfLines } from './due-dates.js';
import { futureInstants, latestPlausibleInstant } from './future-instants.js';
import { isOpen } from '../../loans/loan.view.js';
import { MovieRent, MovieRentDetail } from '../movie-rent.entity.js';

/** When a loan ended; null while it lasts. */
const endOf = (line: string): string => `COALESCE(${line}.returnedDatetime, ${line}.lostDatetime)`;

const ends = [
  { property: 'returnedDatetime', column: 'returned_datetime', what: 'was returned' },
  { property: 'lostDatetime', column: 'lost_datetime', what: 'was lost' },
];

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
    of: MovieRent,
    remedy: 'Return its lines with PUT /movie_rents/{id}/close.',
    violations: (rows) =>
      violationsIn(
        rows
          .innerJoin(MovieRentDetail, 'line', `line.movieRentId = row.id AND ${isOpen('line')}`)
          .andWhere('row.voidedDatetime IS NOT NULL')
          .groupBy('row.id'),
        () => 'it is void, but has an open line',
      ),
  },
  ...ends.map(({ property, column, what }) => ({
    of: MovieRentDetail,
    remedy: `Set its ${column} to when the copy ${what}.`,
    violations: (rows: Rows) =>
      violationsIn<{ ended: string; lent: string }>(
        rows
          .addSelect(`row.${property}`, 'ended')
          .addSelect('row.lentDatetime', 'lent')
          .andWhere(`row.${property} < row.lentDatetime`),
        ({ ended, lent }) => `it ${what} at ${ended}, before it was lent at ${lent}`,
      ),
  })),
  {
    of: MovieRentDetail,
    remedy:
      'Find out whether the copy came back, and set the wrong one of returned_datetime and lost_datetime to null.',
    violations: (rows) =>
      violationsIn(
        rows.andWhere('row.returnedDatetime IS NOT NULL AND row.lostDatetime IS NOT NULL'),
        () => 'it was both returned and lost',
      ),
  },
  dueDatesOfLines,
  {
    of: MovieRentDetail,
    remedy:
      'Find out when the copy was lent and came back, and correct lent_datetime, returned_datetime or lost_datetime.',
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
          .andWhere(`(${endOf('other')} > row.lentDatetime OR ${isOpen('other')})`)
          .andWhere(`NOT (${isOpen('other')} AND ${isOpen('row')})`)
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
