import { Column } from 'typeorm';

/**
 * The collation of every text on PostgreSQL: by code points, as SQLite compares, whatever the cluster's locale.
 * How people sort is in columns of its own; see kernel/text.ts.
 */
export const collation = 'C';

interface TextColumnOptions {
  /** In UTF-16 code units, as JavaScript counts; no database counts more. */
  readonly length: number;
  readonly nullable?: boolean;
  /** Only where a column that may not be null was added to a table: SQLite adds none without. */
  readonly default?: string;
}

export const TextColumn = ({ nullable = false, ...options }: TextColumnOptions): PropertyDecorator =>
  Column({ type: 'varchar', nullable, collation, ...options });
