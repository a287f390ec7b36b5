import { type DynamicModule, Module } from '@nestjs/common';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { Clock } from '../../kernel/clock.js';
import { Database } from './engine/database.js';
import { IdempotencyPurge } from './idempotency/idempotency-purge.js';
import { openDatabase } from './opening/open-database.js';
import { openDataSource } from './opening/open-data-source.js';
import { UnitOfWork } from './unit-of-work.js';
import { unlimited } from './engine/wait-queue.js';

@Module({})
export class DatabaseModule {
  /** @param replica the read replica of the database in `options`, if there is one */
  static with(
    options: DataSourceOptions,
    replica: DataSourceOptions | undefined,
    clock: Clock,
    limits = unlimited,
  ): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [
        // TypeOrmModule would close the writer before the readers: see docs/decisions/0029.
        { provide: DataSource, useFactory: () => openDataSource(options) },
        {
          provide: Database,
          inject: [DataSource],
          useFactory: (writer: DataSource) => openDatabase(writer, replica),
        },
        {
          provide: UnitOfWork,
          inject: [Database],
          useFactory: (database: Database) => new UnitOfWork(database, clock, limits),
        },
        IdempotencyPurge,
        { provide: Clock, useValue: clock },
      ],
      exports: [UnitOfWork, Clock],
    };
  }
}
