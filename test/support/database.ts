import { NestFactory } from '@nestjs/core';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { dataSourceOptions } from '../../ormconfig.js';
import { Environment } from '../../src/platform/config/environment.js';
import { Clock } from '../../src/kernel/clock.js';
import { DatabaseModule } from '../../src/platform/database/database.module.js';
import { UnitOfWork } from '../../src/platform/database/unit-of-work.js';
import { freshDatabase } from './engine.js';
import { generousLimits, withGenerousLockTimeout } from './generous-limits.js';

export interface Database {
  readonly url: string;
  readonly unitOfWork: UnitOfWork;
  /** The connection, or the pool of them, that writes. */
  readonly dataSource: DataSource;
  close(): Promise<void>;
}

/** The database at `url`, opened, migrated and checked as the service does it at every start. */
export async function openDatabaseAt(
  url: string,
  changes: Partial<DataSourceOptions> = {},
  replica?: DataSourceOptions,
): Promise<Database> {
  const limits = { ...new Environment(), ...generousLimits };
  const options = { ...dataSourceOptions(withGenerousLockTimeout(url), limits), ...changes } as DataSourceOptions;
  const app = await NestFactory.createApplicationContext(DatabaseModule.with(options, replica, new Clock()), {
    logger: false,
    abortOnError: false,
  });
  return { url, unitOfWork: app.get(UnitOfWork), dataSource: app.get(DataSource), close: () => app.close() };
}

/** A database of one's own, gone when it is closed. */
export async function openDatabase(): Promise<Database> {
  const { url, drop } = await freshDatabase();
  const database = await openDatabaseAt(url);
  return {
    ...database,
    async close() {
      await database.close();
      await drop();
    },
  };
}
