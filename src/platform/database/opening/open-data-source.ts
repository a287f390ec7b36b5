import { AbstractLogger, DataSource, type DataSourceOptions } from 'typeorm';
import { refuseDatesIn } from '../columns/date-parameters.js';
import { unusableDatabase } from '../engine/operational-errors.js';
import { prepareDatabaseFile } from '../sqlite/file/database-file.js';
import { UnusableDatabase } from '../engine/unusable-database.js';

/** Errors are thrown and reported once. TypeORM's own logger would print those of migrations as plain text besides. */
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
    // One that has flags is opened for reading, and is neither made nor changed.
    if (options.type === 'sqlite' && options.flags === undefined) prepareDatabaseFile(options.database);
    await dataSource.initialize();
    // SQLite opens any file, and looks into it only when it needs the schema.
    if (options.type === 'sqlite') await dataSource.query('SELECT 1 FROM sqlite_schema');
    return dataSource;
  } catch (error) {
    if (error instanceof UnusableDatabase) throw error;
    throw unusableDatabase(error, options);
  }
}
