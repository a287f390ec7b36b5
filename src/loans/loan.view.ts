import { ViewColumn, ViewEntity } from 'typeorm';

/**
 * All past and present loans of copies, one row each, so that movies and clients need not import rentals. Whether a copy
 * is out is derived from this view and stored nowhere.
 */
@ViewEntity({ name: 'loan', synchronize: false, expression: '' })
export class Loan {
  @ViewColumn()
  id!: number;

  @ViewColumn({ name: 'movie_rent_id' })
  movieRentId!: number;

  @ViewColumn({ name: 'client_id' })
  clientId!: number;

  @ViewColumn({ name: 'movie_copy_id' })
  movieCopyId!: number;

  /** A loan ends by the return of the copy or by its loss; both are null while the copy is out. */
  @ViewColumn({ name: 'returned_datetime' })
  returnedDatetime!: string | null;

  @ViewColumn({ name: 'lost_datetime' })
  lostDatetime!: string | null;

  @ViewColumn({ name: 'due_on' })
  dueOn!: string | null;

  @ViewColumn({ name: 'due_datetime' })
  dueDatetime!: string | null;
}

/** Returns the SQL condition that a loan, or a line, has not ended; equivalent to `MovieRentDetail.isOpen`. */
export const isOpen = (alias: string): string =>
  `"${alias}".returned_datetime IS NULL AND "${alias}".lost_datetime IS NULL`;

/**
 * Returns the condition of the partial index of open lines, by which the open lines of a rental, or of all, are found:
 * see the migration IndexWhatIsOut.
 */
export const isOpenByRent = (alias: string): string => `"${alias}".movie_rent_id > 0 AND ${isOpen(alias)}`;

/** Returns the condition of the partial index by which the open lines of a client are found. */
export const isOpenByClient = (alias: string): string => `"${alias}".client_id > 0 AND ${isOpen(alias)}`;

/**
 * Returns the FROM clause for the open loan of `copy`, a row of the view `open_loan`. Use as a correlated subquery: in a
 * join SQLite materializes the view for every query. LIMIT 1 tolerates a violated unique index.
 */
export const fromOpenLoanOf = (copy: string): string =>
  `FROM open_loan AS loan WHERE loan.movie_copy_id = ${copy}.id LIMIT 1`;
