import { ViewColumn, ViewEntity } from 'typeorm';

/**
 * Every lending of a copy there ever was, one row each: how movies and clients see the rentals
 * without knowing them. Whether a copy is out is read from here and stored nowhere.
 */
@ViewEntity({ name: 'loan', synchronize: false, expression: '' })
export class Loan {
  @ViewColumn()
  id: number;

  @ViewColumn({ name: 'movie_rent_id' })
  movieRentId: number;

  @ViewColumn({ name: 'client_id' })
  clientId: number;

  @ViewColumn({ name: 'movie_copy_id' })
  movieCopyId: number;

  /** Null as long as the copy is out. */
  @ViewColumn({ name: 'returned_datetime' })
  returnedDatetime: string | null;
}

/**
 * SQL that goes on after SELECT, for the open loan of each `copy`. To be asked for each by itself: joined, SQLite would
 * make a table of all that is out, for every query. Were there two of them, against all that forbids it, this is one.
 */
export const fromOpenLoanOf = (copy: string): string =>
  `FROM loan WHERE loan.movie_copy_id = ${copy}.id AND loan.returned_datetime IS NULL LIMIT 1`;
