import { createApp } from './app.setup.js';
import { readEnvironment } from './config/environment.js';

try {
  const environment = readEnvironment(process.env);
  const app = await createApp(environment);
  await app.listen(environment.PORT, environment.HOST);
  console.log(`The shop is open: ${await app.getUrl()}/docs`);
} catch (error) {
  console.error(`The service can't start. ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
