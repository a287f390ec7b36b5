import { join } from 'node:path';
import { type DynamicModule, Module } from '@nestjs/common';
import { dataSourceOptions } from '../ormconfig.js';
import { ClientsModule } from './clients/clients.module.js';
import type { Clock } from './kernel/clock.js';
import { AuthModule } from './platform/auth/auth.module.js';
import { ConfigModule } from './platform/config/config.module.js';
import { type Environment, linkBaseOf, rateLimitOf } from './platform/config/environment.js';
import { DatabaseModule } from './platform/database/database.module.js';
import { EventsModule } from './platform/events/events.module.js';
import { GenresModule } from './genres/genres.module.js';
import { DocsController } from './platform/http/docs/docs.controller.js';
import { OpenApiDocument } from './platform/http/openapi/openapi-document.js';
import { ProblemPages } from './platform/http/problems/problem-pages.js';
import { PrivacyModule } from './privacy/privacy.module.js';
import { PolicyModule } from './policy/policy.module.js';
import { ProblemsController } from './platform/http/meta/problems.controller.js';
import { SERVICE_VERSION, ServiceController } from './platform/http/meta/service.controller.js';
import { createRateCounters } from './platform/limits/rate-counter.js';
import { RateLimits } from './platform/limits/rate-limits.js';
import { MergingModule } from './merging/merging.module.js';
import { MonitoringModule } from './platform/monitoring/monitoring.module.js';
import { MoviesModule } from './movies/movies.module.js';
import { RentalsModule } from './rentals/rentals.module.js';
import { projectFolder, version } from './platform/config/version.js';

@Module({})
export class AppModule {
  static with(environment: Environment, clock: Clock): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(environment),
        DatabaseModule.with(
          dataSourceOptions(environment.DATABASE_URL, environment),
          environment.DATABASE_REPLICA_URL
            ? dataSourceOptions(environment.DATABASE_REPLICA_URL, environment)
            : undefined,
          clock,
          { maxWaiting: environment.MAX_WAITING, timeoutMs: environment.WAIT_TIMEOUT_MS },
        ),
        AuthModule,
        GenresModule,
        MoviesModule,
        ClientsModule,
        RentalsModule,
        MergingModule,
        PrivacyModule,
        PolicyModule,
        EventsModule,
        MonitoringModule,
      ],
      controllers: [ServiceController, ProblemsController, DocsController],
      providers: [
        OpenApiDocument,
        {
          provide: RateLimits,
          useFactory: () => new RateLimits(createRateCounters(environment.DATABASE_URL, rateLimitOf(environment))),
        },
        { provide: SERVICE_VERSION, useValue: version },
        {
          provide: ProblemPages,
          useValue: ProblemPages.readFrom(join(projectFolder, 'docs/problems'), linkBaseOf(environment)),
        },
      ],
    };
  }
}
