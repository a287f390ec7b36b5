import type { DataSourceOptions } from 'typeorm';

/** What is ours among the options of a SQLite DataSource. TypeORM keeps what it doesn't know. */
export type SqliteOptions = DataSourceOptions & {
  /** For one statement of a reader; unlimited where it is absent. */
  readonly statementTimeoutMs?: number;
  readonly walLimitMb?: number;
};

const defaultWalLimitMb = 64;

export function walLimitBytes(options: DataSourceOptions): number {
  return ((options as SqliteOptions).walLimitMb ?? defaultWalLimitMb) * 1024 * 1024;
}
