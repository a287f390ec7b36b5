import type { DataSource } from 'typeorm';

/** A result row: columns by name or, in a JSON aggregate, by position. */
export type RawRow = Readonly<Record<string | number, unknown>>;

/** Returns the name of the column that holds a JSON aggregate. */
export const listColumn = (property: string): string => `list_${property}`;
const isListColumn = (column: string): boolean => column.startsWith('list_');

/** Returns the SQL that aggregates the rows of a subquery as a JSON array of arrays; columns may be aggregates themselves. */
export function jsonAggregate({ driver }: DataSource, columns: readonly string[]): string {
  const names = columns.map((column) => driver.escape(column));
  if (driver.options.type === 'postgres') return `json_agg(json_build_array(${names.join(', ')}))`;
  // SQLite treats JSON that passes through a column as plain text.
  const values = names.map((name, index) => (isListColumn(columns[index]!) ? `json(${name})` : name));
  return `json_group_array(json_array(${values.join(', ')}))`;
}

/** Returns the rows of an aggregate. PostgreSQL's driver parses JSON itself, and returns null for an empty aggregate. */
export function parseAggregate(gathered: unknown): RawRow[] {
  return (typeof gathered === 'string' ? JSON.parse(gathered) : (gathered ?? [])) as RawRow[];
}
