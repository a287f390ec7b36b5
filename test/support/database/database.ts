import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { dataSourceOptions } from '../../../ormconfig.js';
import { Environment } from '../../../src/platform/config/environment.js';
import { Clock } from '../../../src/kernel/clock.js';
import { DatabaseModule } from '../../../src/platform/database/database.module.js';
import { UnitOfWork } from '../../../src/platform/database/unit-of-work.js';
import { freshDatabase } from '../engine.js';
import { generousLimits, withGenerousLockTimeout } from '../faults/generous-limits.js';

export interface Database {
  readonly url: string;
  readonly app: INestApplicationContext;
  readonly unitOfWork: UnitOfWork;
  /** The connection, or the pool, for writes. */
  readonly dataSource: DataSource;
  close(): Promise<void>;
}

/** Opens the database at `url` as the service does: migrates and checks it. */
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
  return { url, app, unitOfWork: app.get(UnitOfWork), dataSource: app.get(DataSource), close: () => app.close() };
}

/** Opens a new database, which is dropped when it is closed. */
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
