import { join } from 'node:path';
import { type DynamicModule, Module } from '@nestjs/common';
import { dataSourceOptions } from '../ormconfig.js';
import { ClientsModule } from './clients/clients.module.js';
import { ConfigModule } from './config/config.module.js';
import { type Environment, linkBaseOf } from './config/environment.js';
import { DatabaseModule } from './database/database.module.js';
import { GenresModule } from './genres/genres.module.js';
import { DocsController } from './http/docs.controller.js';
import { OpenApiDocument } from './http/openapi-document.js';
import { ProblemPages } from './http/problem-pages.js';
import { ProblemsController } from './http/problems.controller.js';
import { SERVICE_VERSION, ServiceController } from './http/service.controller.js';
import { MonitoringModule } from './monitoring/monitoring.module.js';
import { MoviesModule } from './movies/movies.module.js';
import { RentalsModule } from './rentals/rentals.module.js';
import { projectFolder, version } from './version.js';

@Module({})
export class AppModule {
  static with(environment: Environment): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(environment),
        DatabaseModule.with(
          dataSourceOptions(environment.DATABASE_URL, environment),
          environment.DATABASE_REPLICA_URL
            ? dataSourceOptions(environment.DATABASE_REPLICA_URL, environment)
            : undefined,
          { maxWaiting: environment.MAX_WAITING, timeoutMs: environment.WAIT_TIMEOUT_MS },
        ),
        GenresModule,
        MoviesModule,
        ClientsModule,
        RentalsModule,
        MonitoringModule,
      ],
      controllers: [ServiceController, ProblemsController, DocsController],
      providers: [
        OpenApiDocument,
        { provide: SERVICE_VERSION, useValue: version },
        {
          provide: ProblemPages,
          useValue: ProblemPages.readFrom(join(projectFolder, 'docs/problems'), linkBaseOf(environment)),
        },
      ],
    };
  }
}
