import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { Clock } from '../kernel/clock.js';
import { Connections } from './connections.js';
import { openConnections } from './open-connections.js';
import { openDataSource } from './open-data-source.js';
import { openForReading, readingOnly } from './reading-only.js';
import { UnitOfWork } from './unit-of-work.js';

@Module({})
export class DatabaseModule {
  /**
   * The database to serve: it is brought up to date first.
   * @param replica where to read, if not from the database that `options` name
   */
  static with(options: DataSourceOptions, replica?: DataSourceOptions): DynamicModule {
    return this.opened(options, (writer) => openConnections(writer, replica));
  }

  /** The database as it is, for tools that only look at it while others serve it. @throws UnusableDatabase */
  static forReading(options: DataSourceOptions): DynamicModule {
    return this.opened(readingOnly(options), openForReading);
  }

  private static opened(
    options: DataSourceOptions,
    open: (dataSource: DataSource) => Promise<Connections>,
  ): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => ({ ...options, toRetry: () => false }),
          dataSourceFactory: () => openDataSource(options),
        }),
      ],
      providers: [{ provide: Connections, inject: [DataSource], useFactory: open }, UnitOfWork, Clock],
      exports: [UnitOfWork, Clock],
    };
  }
}
