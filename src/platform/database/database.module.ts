import { type DynamicModule, Module } from '@nestjs/common';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { Clock } from '../../kernel/clock.js';
import { Connections } from './engine/connections.js';
import { IdempotencyPurge } from './idempotency/idempotency-purge.js';
import { openConnections } from './opening/open-connections.js';
import { openDataSource } from './opening/open-data-source.js';
import { UnitOfWork } from './unit-of-work.js';
import { unlimited } from './engine/waiting-room.js';

@Module({})
export class DatabaseModule {
  /** @param replica where to read, if not from the database that `options` name */
  static with(options: DataSourceOptions, replica?: DataSourceOptions, limits = unlimited): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [
        // Not TypeOrmModule, which would close the writer before the readers: see docs/decisions/0029.
        { provide: DataSource, useFactory: () => openDataSource(options) },
        {
          provide: Connections,
          inject: [DataSource],
          useFactory: (writer: DataSource) => openConnections(writer, replica),
        },
        {
          provide: UnitOfWork,
          inject: [Connections, Clock],
          useFactory: (connections: Connections, clock: Clock) => new UnitOfWork(connections, clock, limits),
        },
        IdempotencyPurge,
        Clock,
      ],
      exports: [UnitOfWork, Clock],
    };
  }
}
