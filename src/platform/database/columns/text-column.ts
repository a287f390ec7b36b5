import { Column } from 'typeorm';

/**
 * The collation of every text column on PostgreSQL: by code points, as in SQLite, independent of the cluster's locale.
 * Sort keys for people are separate columns; see kernel/text.ts.
 */
export const collation = 'C';

interface TextColumnOptions {
  /** In UTF-16 code units. PostgreSQL counts code points, which are never more. */
  readonly length: number;
  readonly nullable?: boolean;
  /** For a NOT NULL column that a migration added: SQLite requires a default. */
  readonly default?: string;
}

export const TextColumn = ({ nullable = false, ...options }: TextColumnOptions): PropertyDecorator =>
  Column({ type: 'varchar', nullable, collation, ...options });
