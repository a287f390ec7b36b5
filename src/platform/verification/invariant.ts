import type { EntityTarget, ObjectLiteral, SelectQueryBuilder } from 'typeorm';

export type Row = ObjectLiteral & { readonly id: number };

/** A query of rows with the alias "row" that selects their "id". */
export type Rows = SelectQueryBuilder<Row>;

export interface InvariantViolation {
  readonly id: number;
  /** What is wrong with the row. It quotes no personal data. */
  readonly what: string;
}

/** A condition that every row of a table satisfies at any time. */
export interface Invariant {
  /** The remedy for a violation. */
  readonly remedy: string;
  /** Returns the violations among `rows`. */
  readonly violations: (rows: Rows) => Promise<InvariantViolation[]>;
}

/** Returns a violation for each row of `query`. */
export async function violationsIn<Selected extends object>(
  query: Rows,
  what: (row: Selected) => string,
): Promise<InvariantViolation[]> {
  const found = await query.getRawMany<Selected & { id: number }>();
  return found.map((row) => ({ id: row.id, what: what(row) }));
}

/** An invariant of the rows of one entity. */
export type EntityInvariant = Invariant & { readonly of: EntityTarget<Row> };
