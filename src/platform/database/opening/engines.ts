import { existsSync } from 'node:fs';
import sqlite3 from 'sqlite3';
import type { DataSource, DataSourceOptions } from 'typeorm';
import { engineNameOf } from '../dialect/dialect.js';
import type { EngineName } from '../dialect/sql.js';
import type { Database } from '../engine/database.js';
import { UnusableDatabase } from '../engine/unusable-database.js';
import { PostgresDatabase } from '../postgres/postgres-database.js';
import { withSettings } from '../postgres/session-settings.js';
import type { SqliteOptions } from '../sqlite/options.js';
import { SqliteDatabase } from '../sqlite/sqlite-database.js';

/** How a database is opened. */
interface Engine {
  /** Runs pending migrations first. @param replica the read replica, on PostgreSQL */
  readonly open: (writer: DataSource, replica?: DataSourceOptions) => Promise<Database>;
  /** Neither migrates nor locks the database. */
  readonly openForReading: (source: DataSource) => Promise<Database>;
  /** For writing, without migrating or locking the database. */
  readonly openBeside: (source: DataSource) => Promise<Database>;
  /** Returns options for read-only connections, enforced by the database. @throws UnusableDatabase */
  readonly readOnlyOptions: (options: DataSourceOptions) => DataSourceOptions;
  /** Returns options for batch tools: no statement or idle-in-transaction timeout. */
  readonly withoutTimeouts: (options: DataSourceOptions) => DataSourceOptions;
}

const engines: Readonly<Record<EngineName, Engine>> = {
  sqlite: {
    open: (writer) => SqliteDatabase.open(writer),
    openForReading: (source) => SqliteDatabase.openForReading(source),
    openBeside: (source) => SqliteDatabase.openBeside(source),
    readOnlyOptions: (options) => {
      const file = String(options.database);
      // TypeORM would create the folder of a missing file.
      if (!existsSync(file)) {
        throw new UnusableDatabase(`There is no SQLite file ${file}. Specify a file that this service created.`);
      }
      return { ...options, flags: sqlite3.OPEN_READONLY, busyTimeout: 5000 } as DataSourceOptions;
    },
    withoutTimeouts: (options) => ({ ...options, statementTimeoutMs: undefined }) as SqliteOptions,
  },
  postgres: {
    open: (writer, replica) => PostgresDatabase.open(writer, replica),
    openForReading: (source) => PostgresDatabase.openMigrated(source),
    openBeside: (source) => PostgresDatabase.openMigrated(source),
    readOnlyOptions: (options) => withSettings(options, { default_transaction_read_only: 'on' }),
    withoutTimeouts: (options) =>
      withSettings(options, { statement_timeout: 0, idle_in_transaction_session_timeout: 0 }),
  },
};

export const engineOf = (options: DataSourceOptions): Engine => engines[engineNameOf(options)];
