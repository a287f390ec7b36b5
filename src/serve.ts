import { Logger } from '@nestjs/common';
import { createApp } from './app.setup.js';
import { environmentWarnings, readEnvironment } from './config/environment.js';

/** Milliseconds, beyond the time of grace, in which the service has ended, whatever holds it up. */
const longestEnd = 9_000;

try {
  const environment = readEnvironment(process.env);
  const app = await createApp(environment);
  await app.listen(environment.PORT, environment.HOST);
  const logger = new Logger('Service');
  for (const warning of environmentWarnings(process.env)) logger.warn(warning);
  logger.log(`The shop is open: ${await app.getUrl()}/docs`);
  // Node's own words for these would tell all that hangs on the error, people's data too.
  process.on('uncaughtException', (error) => {
    logger.fatal({ msg: 'A fault that nobody caught; the service ends at once', err: error });
    process.exit(1);
  });
  const endByForce = () => {
    logger.fatal(
      'The service did not come to its end in time, and ends by force. What was not committed is rolled back.',
    );
    process.exit(1);
  };
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.once(signal, () => setTimeout(endByForce, environment.SHUTDOWN_GRACE_MS + longestEnd).unref());
  }
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  const remedy = code === 'EADDRINUSE' ? '. Let PORT name a free one, or stop what listens there.' : '';
  console.error(`The service can't start. ${message}${remedy}`);
  process.exit(1);
}
