import type { EntityTarget, ObjectLiteral, SelectQueryBuilder } from 'typeorm';

export type Row = ObjectLiteral & { readonly id: number };

/** Some rows of a table: a query whose alias is "row" and that selects their "id". */
export type Rows = SelectQueryBuilder<Row>;

export interface InvariantViolation {
  readonly id: number;
  /** What is wrong with the row. It quotes no personal data. */
  readonly what: string;
}

/** What is true of every row of a table at any moment, however many units of work are under way. */
export interface Invariant {
  /** What to do about a row that offends. */
  readonly remedy: string;
  /** Tells which of `rows` offend. */
  readonly violations: (rows: Rows) => Promise<InvariantViolation[]>;
}

/** The rows that `query` leaves, each of which offends. */
export async function violationsIn<Selected extends object>(
  query: Rows,
  what: (row: Selected) => string,
): Promise<InvariantViolation[]> {
  const found = await query.getRawMany<Selected & { id: number }>();
  return found.map((row) => ({ id: row.id, what: what(row) }));
}

/** An invariant of the rows of one entity. */
export type EntityInvariant = Invariant & { readonly of: EntityTarget<Row> };
