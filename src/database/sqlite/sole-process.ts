import { DataSource, type DataSourceOptions } from 'typeorm';
import { errorCode } from '../error-code.js';
import { UnusableDatabase } from '../unusable-database.js';

/**
 * Keeps every other process of ours from serving the same SQLite file, until the returned DataSource is destroyed:
 * units of work take turns within one process only. The lock is one of the operating system's, on a file beside the
 * database, and goes with the process however that ends. Reading the database from elsewhere stays possible.
 * @throws UnusableDatabase
 */
export async function beSoleProcess(options: DataSourceOptions): Promise<DataSource> {
  const lock = new DataSource({
    ...options,
    database: `${String(options.database)}.lock`,
    entities: [],
    migrations: [],
  } as DataSourceOptions);
  await lock.initialize();
  try {
    await lock.query('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    await lock.destroy();
    if (errorCode(error) !== 'SQLITE_BUSY') throw error;
    throw new UnusableDatabase(
      `The SQLite file ${String(options.database)} is in use by another process, a server or an import. ` +
        'Only one at a time may write to it: stop the other, or move to PostgreSQL, where many can.',
      { cause: error },
    );
  }
}
