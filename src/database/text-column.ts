import { Column } from 'typeorm';

/**
 * The collation of every text on PostgreSQL: by code points, as SQLite compares, whatever the cluster's locale.
 * How people sort is in columns of its own; see kernel/text.ts.
 */
export const collation = 'C';

/** @param length in UTF-16 code units, as JavaScript counts; no database counts more */
export function TextColumn({ length, nullable = false }: { length: number; nullable?: boolean }): PropertyDecorator {
  return Column({ type: 'varchar', length, nullable, collation });
}
