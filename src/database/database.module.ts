import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { Connections } from './connections.js';
import { openConnections } from './open-connections.js';
import { UnitOfWork } from './unit-of-work.js';

@Module({})
export class DatabaseModule {
  static with(options: DataSourceOptions): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      imports: [TypeOrmModule.forRoot({ ...options, retryAttempts: 0 })],
      providers: [{ provide: Connections, inject: [DataSource], useFactory: openConnections }, UnitOfWork],
      exports: [UnitOfWork],
    };
  }
}
