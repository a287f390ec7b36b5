import { type INestApplication, Logger } from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { AnonymousAccess } from './platform/auth/anonymous-access.js';
import { Authentication } from './platform/auth/authentication.js';
import { AuthorizationGuard } from './platform/auth/authorization.guard.js';
import { type Environment, linkBaseOf, rateLimitOf } from './platform/config/environment.js';
import { writeAccessLog, observeRequests } from './platform/http/server/access-log.js';
import { Clock } from './kernel/clock.js';
import { UnitOfWork } from './platform/database/unit-of-work.js';
import { useCors } from './platform/http/server/cors.js';
import { CursorCipher } from './platform/http/paging/cursor.js';
import { HttpAdapter, type ReceiveTimeouts } from './platform/http/server/http-adapter.js';
import { ReplayFilter } from './platform/http/idempotency/idempotency-key.js';
import { ValidationPipe } from './platform/http/requests/validation.pipe.js';
import { StrictQueryGuard } from './platform/http/requests/strict-query.guard.js';
import { useOpenApi } from './platform/http/openapi/openapi.setup.js';
import { ProblemFilter } from './platform/http/problems/problem.filter.js';
import { RequestBodyGuard } from './platform/http/requests/request-body.guard.js';
import { ContentNegotiationGuard } from './platform/http/responses/content-negotiation.guard.js';
import { assignRequestId } from './platform/http/requests/request-id.js';
import { securityHeaders } from './platform/http/server/security-headers.js';
import { RateLimits } from './platform/limits/rate-limits.js';
import { MetricsService } from './platform/monitoring/metrics.service.js';
import { PinoLogger } from './platform/logging/pino-logger.js';
import { version } from './platform/config/version.js';

/** The complete service, ready to listen. main.ts and the tests use the same one. */
export async function createApp(
  environment: Environment,
  { receiveTimeouts, clock = new Clock() }: { receiveTimeouts?: ReceiveTimeouts; clock?: Clock } = {},
): Promise<INestApplication> {
  const settings = {
    maxPipelinedRequests: environment.MAX_PIPELINED_REQUESTS,
    sendTimeoutMs: environment.SEND_TIMEOUT_MS,
    minSendRate: environment.MIN_SEND_RATE,
    maxBufferedBytes: environment.MAX_BUFFERED_BYTES,
    allowedHosts: environment.ALLOWED_HOSTS,
    maxConnections: environment.MAX_CONNECTIONS,
    publicUrl: linkBaseOf(environment),
    trustedProxies: environment.TRUSTED_PROXIES,
  };
  const adapter = new HttpAdapter(settings, receiveTimeouts);
  const logger = new PinoLogger(environment.LOG_LEVEL);
  const app = await NestFactory.create(AppModule.with(environment, clock), adapter, {
    logger,
    bodyParser: false,
    // Errors at startup are thrown, for the caller to report.
    abortOnError: false,
    bufferLogs: true,
    autoFlushLogs: false,
  });
  const metrics = app.get(MetricsService);
  metrics.observeBackpressure(adapter.backpressure);
  metrics.countDroppedLogLines(() => logger.droppedLines);
  adapter.onArrival(assignRequestId);
  observeRequests(adapter, (answered) => {
    writeAccessLog(answered);
    metrics.record(answered);
  });
  app.useSecurityHeaders(securityHeaders);
  useCors(app, adapter, environment.CORS_ORIGINS);
  const unitOfWork = app.get(UnitOfWork);
  adapter.shedLoad(unitOfWork.writeQueue);
  await assertSafe(app);
  const authentication = app.get(Authentication);
  const limits = rateLimitOf(environment) > 0 ? app.get(RateLimits) : undefined;
  adapter.onAdmission((request) => authentication.authenticate(request, limits));
  if (limits) adapter.onAdmission((request, response) => limits.admit(request, response));
  app.useGlobalFilters(new ProblemFilter(), new ReplayFilter());
  app.useGlobalGuards(
    app.get(AuthorizationGuard),
    new ContentNegotiationGuard(app.get(Reflector)),
    new StrictQueryGuard(),
    new RequestBodyGuard(),
  );
  app.useGlobalPipes(new ValidationPipe(new CursorCipher(await unitOfWork.installationSecret())));
  useOpenApi(app, version, linkBaseOf(environment));
  app.flushLogs();
  // A graceful shutdown on a signal is success: exit code 0.
  app.enableShutdownHooks(['SIGTERM', 'SIGINT', 'SIGHUP'], { useProcessExit: true });
  return app;
}

/** @throws InvalidEnvironment, after the database is closed */
async function assertSafe(app: INestApplication): Promise<void> {
  try {
    await app.get(AnonymousAccess).assertSafe(new Logger('Authorization'));
  } catch (error) {
    await app.close();
    throw error;
  }
}
