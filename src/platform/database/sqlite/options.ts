import type { DataSourceOptions } from 'typeorm';

/** DataSource options of the service on SQLite. TypeORM keeps options that it doesn't know. */
export type SqliteOptions = DataSourceOptions & {
  /** The statement timeout of readers; none by default. */
  readonly statementTimeoutMs?: number;
  readonly walLimitMb?: number;
};

const defaultWalLimitMb = 64;

export function walLimitBytes(options: DataSourceOptions): number {
  return ((options as SqliteOptions).walLimitMb ?? defaultWalLimitMb) * 1024 * 1024;
}
