import type { AddressInfo, Server } from 'node:net';
import { Logger } from '@nestjs/common';
import { createApp } from './app.setup.js';
import { environmentWarnings, readEnvironment } from './platform/config/environment.js';
import { UnitOfWork } from './platform/database/unit-of-work.js';
import { describeBoundAddress } from './platform/http/server/bound-address.js';
import { openFilesWarning, processLimits } from './platform/process/open-files.js';
import { describeStartFailure } from './platform/process/start-failure.js';
import { warnOfFutureInstants } from './rentals/invariants/future-instants.js';

/** Forced exit after the grace period. */
const forcedExitMs = 9_000;

try {
  const environment = readEnvironment(process.env);
  const app = await createApp(environment);
  const server = (await app.listen(environment.PORT, environment.HOST)) as Server;
  const logger = new Logger('Service');
  const warnings = [
    ...environmentWarnings(process.env),
    openFilesWarning(environment.MAX_CONNECTIONS, processLimits()),
  ];
  for (const warning of warnings) if (warning) logger.warn(warning);
  logger.log(`Listening on ${describeBoundAddress(server.address() as AddressInfo)}, documentation at /docs`);
  void warnOfFutureInstants(app.get(UnitOfWork), logger);
  // Node's default handler would print all properties of the error, possibly personal data.
  process.on('uncaughtException', (error) => {
    logger.fatal({ msg: 'Uncaught exception, exiting', err: error });
    process.exit(1);
  });
  const forceExit = () => {
    logger.fatal('Graceful shutdown timed out, forcing exit. Uncommitted transactions are rolled back.');
    process.exit(1);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
    process.once(signal, () => setTimeout(forceExit, environment.SHUTDOWN_GRACE_MS + forcedExitMs).unref());
  }
} catch (error) {
  console.error(describeStartFailure(error));
  process.exit(1);
}
