import { createApp } from './app.setup.js';
import { readEnvironment } from './config/environment.js';

try {
  const environment = readEnvironment(process.env);
  const app = await createApp(environment);
  await app.listen(environment.PORT, environment.HOST);
  console.log(`The shop is open: ${await app.getUrl()}/docs`);
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  const remedy = code === 'EADDRINUSE' ? '. Let PORT name a free one, or stop what listens there.' : '';
  console.error(`The service can't start. ${message}${remedy}`);
  process.exit(1);
}
