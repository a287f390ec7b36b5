import { AbstractLogger, DataSource, type DataSourceOptions } from 'typeorm';
import { refuseDatesIn } from '../columns/date-parameters.js';
import { unusableDatabase } from '../engine/operational-errors.js';
import { prepareDatabaseFile } from '../sqlite/file/database-file.js';
import { UnusableDatabase } from '../engine/unusable-database.js';

/** Suppresses TypeORM's own logging: errors are thrown, and logged once by the caller. */
class SilentLogger extends AbstractLogger {
  protected override isLogEnabledFor = (): boolean => false;

  protected override writeLog(): void {
    // Never called.
  }
}

/** @throws UnusableDatabase */
export async function openDataSource(options: DataSourceOptions): Promise<DataSource> {
  const dataSource = refuseDatesIn(new DataSource({ logger: new SilentLogger(), ...options }));
  try {
    // A file with flags is opened read-only.
    if (options.type === 'sqlite' && options.flags === undefined) prepareDatabaseFile(options.database);
    await dataSource.initialize();
    // SQLite opens any file, and reads it only with the first statement.
    if (options.type === 'sqlite') await dataSource.query('SELECT 1 FROM sqlite_schema');
    return dataSource;
  } catch (error) {
    if (error instanceof UnusableDatabase) throw error;
    throw unusableDatabase(error, options);
  }
}
