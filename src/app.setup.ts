import type { INestApplication } from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { type Environment, linkBaseOf } from './config/environment.js';
import { logAnswer, observeAnswers } from './http/answered-requests.js';
import { UnitOfWork } from './database/unit-of-work.js';
import { useCors } from './http/cors.js';
import { CursorCipher } from './http/cursor.js';
import { HttpAdapter, type ReceiveTimeouts } from './http/http-adapter.js';
import { ReplayFilter } from './http/idempotency.js';
import { InputPipe } from './http/input.pipe.js';
import { KnownQueryGuard } from './http/known-query.guard.js';
import { useOpenApi } from './http/openapi.js';
import { ProblemFilter } from './http/problem.filter.js';
import { RequestBodyGuard } from './http/request-body.guard.js';
import { RepresentationGuard } from './http/representation.guard.js';
import { identify } from './http/request-id.js';
import { securityHeaders } from './http/security-headers.js';
import { MetricsService } from './monitoring/metrics.service.js';
import { PinoLogger } from './pino-logger.js';
import { version } from './version.js';

/** The whole service, ready to listen: what main.ts serves is what the tests ask. */
export async function createApp(
  environment: Environment,
  receiveTimeouts?: ReceiveTimeouts,
): Promise<INestApplication> {
  const settings = {
    maxPipelinedRequests: environment.MAX_PIPELINED_REQUESTS,
    sendTimeoutMs: environment.SEND_TIMEOUT_MS,
    minSendRate: environment.MIN_SEND_RATE,
    maxBufferedBytes: environment.MAX_BUFFERED_BYTES,
    allowedHosts: environment.ALLOWED_HOSTS,
    maxConnections: environment.MAX_CONNECTIONS,
    publicUrl: linkBaseOf(environment),
  };
  const adapter = new HttpAdapter(settings, receiveTimeouts);
  const logger = new PinoLogger(environment.LOG_LEVEL);
  const app = await NestFactory.create(AppModule.with(environment), adapter, {
    logger,
    bodyParser: false,
    // What goes wrong at the start is thrown, for the caller to tell.
    abortOnError: false,
    bufferLogs: true,
    autoFlushLogs: false,
  });
  const metrics = app.get(MetricsService);
  metrics.observeBackpressure(adapter.backpressure);
  metrics.countDroppedLogLines(() => logger.droppedLines);
  adapter.onArrival(identify);
  observeAnswers(adapter, (answered) => {
    logAnswer(answered);
    metrics.record(answered);
  });
  app.useSecurityHeaders(securityHeaders);
  useCors(app, adapter, environment.CORS_ORIGINS);
  const unitOfWork = app.get(UnitOfWork);
  adapter.shedLoad(unitOfWork.writeQueue);
  app.useGlobalFilters(new ProblemFilter(), new ReplayFilter());
  app.useGlobalGuards(new RepresentationGuard(app.get(Reflector)), new KnownQueryGuard(), new RequestBodyGuard());
  app.useGlobalPipes(new InputPipe(new CursorCipher(await unitOfWork.installationSecret())));
  useOpenApi(app, version, linkBaseOf(environment));
  app.flushLogs();
  // To be told to end, and to end as told, is success: exit code 0.
  app.enableShutdownHooks(['SIGTERM', 'SIGINT', 'SIGHUP'], { useProcessExit: true });
  return app;
}
