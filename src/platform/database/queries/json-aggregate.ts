import type { DataSource } from 'typeorm';

/** A row: its columns by their names or, where it was gathered, by their places. */
export type RawRow = Readonly<Record<string | number, unknown>>;

/** A list of each row is found in the column of this name. */
export const listColumn = (property: string): string => `list_${property}`;
const isListColumn = (column: string): boolean => column.startsWith('list_');

/** SQL that gathers the rows of a subquery as a JSON array of arrays, some of whose columns may be such lists. */
export function jsonAggregate({ driver }: DataSource, columns: readonly string[]): string {
  const names = columns.map((column) => driver.escape(column));
  if (driver.options.type === 'postgres') return `json_agg(json_build_array(${names.join(', ')}))`;
  // SQLite forgets that text is JSON as soon as it is a column.
  const values = names.map((name, index) => (isListColumn(columns[index]!) ? `json(${name})` : name));
  return `json_group_array(json_array(${values.join(', ')}))`;
}

/** The rows that were gathered. PostgreSQL's driver has parsed them, and says null where there are none. */
export function parseAggregate(gathered: unknown): RawRow[] {
  return (typeof gathered === 'string' ? JSON.parse(gathered) : (gathered ?? [])) as RawRow[];
}
