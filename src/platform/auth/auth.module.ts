import { Global, Module } from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import { Environment } from '../config/environment.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { AnonymousAccess } from './anonymous-access.js';
import { ApiKeys } from './api-keys/api-keys.js';
import { Authentication } from './authentication.js';
import { AuthorizationGuard } from './authorization.guard.js';
import { JsonWebTokens } from './json-web-tokens/json-web-tokens.js';

@Global()
@Module({
  providers: [
    {
      provide: ApiKeys,
      inject: [UnitOfWork, Clock],
      useFactory: (unitOfWork: UnitOfWork, clock: Clock) => new ApiKeys(unitOfWork, clock),
    },
    {
      provide: JsonWebTokens,
      inject: [Environment, Clock],
      useFactory: (environment: Environment, clock: Clock) => new JsonWebTokens(environment, clock),
    },
    AnonymousAccess,
    Authentication,
    AuthorizationGuard,
  ],
})
export class AuthModule {}
