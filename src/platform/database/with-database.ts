import type { DataSource, DataSourceOptions } from 'typeorm';
import { Clock } from '../../kernel/clock.js';
import type { Connections } from './engine/connections.js';
import { openConnections } from './opening/open-connections.js';
import { openDataSource } from './opening/open-data-source.js';
import { openAnySchema, openForReading, readingOnly } from './opening/open-read-only.js';
import { UnitOfWork } from './unit-of-work.js';
import { unhurried } from './opening/tool-options.js';

type Use<Result> = (unitOfWork: UnitOfWork) => Promise<Result>;

/**
 * For tools: opens a database as the service does, bringing it up to date first, for as long as `use` takes.
 * @throws UnusableDatabase
 */
export function withDatabase<Result>(options: DataSourceOptions, use: Use<Result>): Promise<Result> {
  return opened(unhurried(options), openConnections, use);
}

/**
 * For tools that only look: opens a database as it is, which others may be serving, for as long as `use` takes.
 * @throws UnusableDatabase
 */
export async function withDatabaseForReading<Result>(options: DataSourceOptions, use: Use<Result>): Promise<Result> {
  return opened(readingOnly(unhurried(options)), openForReading, use);
}

/**
 * For tools that judge a database: opens it as it is, whatever its schema.
 * @throws UnusableDatabase
 */
export async function withDatabaseForJudging<Result>(options: DataSourceOptions, use: Use<Result>): Promise<Result> {
  return opened(readingOnly(unhurried(options)), openAnySchema, use);
}

async function opened<Result>(
  options: DataSourceOptions,
  open: (dataSource: DataSource) => Promise<Connections>,
  use: Use<Result>,
): Promise<Result> {
  const dataSource = await openDataSource(options);
  const connections = await open(dataSource).catch(async (error: unknown) => {
    await dataSource.destroy();
    throw error;
  });
  try {
    return await use(new UnitOfWork(connections, new Clock()));
  } finally {
    await connections.onApplicationShutdown();
  }
}
