import type { DataSource, DataSourceOptions } from 'typeorm';
import { Clock } from '../../kernel/clock.js';
import type { Database } from './engine/database.js';
import { openDatabase } from './opening/open-database.js';
import { openDataSource } from './opening/open-data-source.js';
import { openAnySchema, openReadOnly, readOnlyOptions } from './opening/open-read-only.js';
import { UnitOfWork } from './unit-of-work.js';
import { withoutTimeouts } from './opening/tool-options.js';

type Use<Result> = (unitOfWork: UnitOfWork) => Promise<Result>;

/**
 * For tools: opens a database as the service does, bringing it up to date first, for as long as `use` takes.
 * @throws UnusableDatabase
 */
export function withDatabase<Result>(options: DataSourceOptions, use: Use<Result>): Promise<Result> {
  return useDatabase(withoutTimeouts(options), openDatabase, use);
}

/**
 * For tools that only look: opens a database as it is, which others may be serving, for as long as `use` takes.
 * @throws UnusableDatabase
 */
export async function withReadOnlyDatabase<Result>(options: DataSourceOptions, use: Use<Result>): Promise<Result> {
  return useDatabase(readOnlyOptions(withoutTimeouts(options)), openReadOnly, use);
}

/**
 * For tools that judge a database: opens it as it is, whatever its schema.
 * @throws UnusableDatabase
 */
export async function withUnmigratedDatabase<Result>(options: DataSourceOptions, use: Use<Result>): Promise<Result> {
  return useDatabase(readOnlyOptions(withoutTimeouts(options)), openAnySchema, use);
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
