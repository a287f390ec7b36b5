import type { DataSource, DataSourceOptions } from 'typeorm';
import { Clock } from '../../kernel/clock.js';
import type { Database } from './engine/database.js';
import { DatabaseInUse } from './engine/unusable-database.js';
import { openDatabase } from './opening/open-database.js';
import { openDataSource } from './opening/open-data-source.js';
import { engineOf } from './opening/engines.js';
import { openAnySchema, openBeside, openReadOnly } from './opening/open-read-only.js';
import { UnitOfWork } from './unit-of-work.js';

type Use<Result> = (unitOfWork: UnitOfWork) => Promise<Result>;

/**
 * Opens a database for a tool while `use` runs, as the service does: migrations run first.
 * @throws UnusableDatabase
 */
export function withDatabase<Result>(options: DataSourceOptions, use: Use<Result>): Promise<Result> {
  return useDatabase(engineOf(options).withoutTimeouts(options), openDatabase, use);
}

/**
 * As `withDatabase`, also while another process serves a SQLite file. Only for short units of work: while one of them runs,
 * the service waits with its writes, as SQLite lets one process write at a time.
 * @throws UnusableDatabase
 */
export async function withServedDatabase<Result>(options: DataSourceOptions, use: Use<Result>): Promise<Result> {
  try {
    return await withDatabase(options, use);
  } catch (error) {
    if (!(error instanceof DatabaseInUse)) throw error;
    return useDatabase(engineOf(options).withoutTimeouts(options), openBeside, use);
  }
}

/**
 * Opens a database read-only while `use` runs. Other processes may serve the database meanwhile.
 * @throws UnusableDatabase
 */
export async function withReadOnlyDatabase<Result>(options: DataSourceOptions, use: Use<Result>): Promise<Result> {
  return useDatabase(readOnlyToolOptions(options), openReadOnly, use);
}

/**
 * Opens a database read-only while `use` runs, without a check of its schema version.
 * @throws UnusableDatabase
 */
export async function withUnmigratedDatabase<Result>(options: DataSourceOptions, use: Use<Result>): Promise<Result> {
  return useDatabase(readOnlyToolOptions(options), openAnySchema, use);
}

function readOnlyToolOptions(options: DataSourceOptions): DataSourceOptions {
  const engine = engineOf(options);
  return engine.readOnlyOptions(engine.withoutTimeouts(options));
}

async function useDatabase<Result>(
  options: DataSourceOptions,
  open: (dataSource: DataSource) => Promise<Database>,
  use: Use<Result>,
): Promise<Result> {
  const dataSource = await openDataSource(options);
  const database = await open(dataSource).catch(async (error: unknown) => {
    await dataSource.destroy();
    throw error;
  });
  try {
    return await use(new UnitOfWork(database, new Clock()));
  } finally {
    await database.onApplicationShutdown();
  }
}
