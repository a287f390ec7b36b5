import { AbstractLogger, DataSource, type DataSourceOptions } from 'typeorm';
import { refuseDatesIn } from './date-parameters.js';
import { errorCode } from './error-code.js';
import { prepareDatabaseFile } from './sqlite/database-file.js';
import { UnusableDatabase } from './unusable-database.js';

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
    throw new UnusableDatabase(describe(error, options), { cause: error });
  }
}

function describe(error: unknown, options: DataSourceOptions): string {
  const reason = error instanceof Error ? error.message : String(error);
  if (options.type === 'postgres') {
    const { hostname, port, pathname } = new URL(options.url!);
    return (
      `PostgreSQL can't be reached as its URL says (${hostname}:${port || '5432'}, database ${pathname.slice(1)}): ` +
      `${reason || errorCode(error)}. See that it runs there, and that user, password and database are right.`
    );
  }
  return (
    `The SQLite file ${String(options.database)} can't be used: ${reason}. ` +
    'Let DATABASE_URL name a file of this service, or a new one in a folder that it may write to.'
  );
}
