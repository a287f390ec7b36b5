import type { DataSource } from 'typeorm';
import { dialectOf } from '../dialect/dialect.js';

/** A row of a JSON aggregate: the values of its columns. */
export type RawRow = readonly unknown[];

/** A column of a row that is aggregated. */
export interface AggregateColumn {
  readonly name: string;
  /** Whether the column is a JSON aggregate itself. */
  readonly isJson: boolean;
}

/** Returns the name of the column that holds a JSON aggregate. */
export const listColumn = (property: string): string => `list_${property}`;

/** Returns the SQL that aggregates the rows of a subquery as a JSON array of arrays. */
export function jsonAggregate(connection: DataSource, columns: readonly AggregateColumn[]): string {
  const { driver } = connection;
  return dialectOf(connection).jsonAggregate(columns.map(({ name, isJson }) => ({ sql: driver.escape(name), isJson })));
}

/** Returns the rows of an aggregate. PostgreSQL's driver parses JSON itself, and returns null for an empty aggregate. */
export function parseAggregate(aggregate: unknown): RawRow[] {
  return (typeof aggregate === 'string' ? JSON.parse(aggregate) : (aggregate ?? [])) as RawRow[];
}
