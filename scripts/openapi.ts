import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../src/app.setup.js';
import { Environment } from '../src/platform/config/environment.js';
import { describeApi } from '../src/platform/http/openapi/openapi.setup.js';
import { runCommand } from './support/run-command.js';
import { projectFolder, version } from '../src/platform/config/version.js';

const usage = { command: 'npm run openapi --', summary: 'Writes docs/openapi.json from the code.' };

await runCommand(usage, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'movie-rental-openapi-'));
  const app = await createApp(
    Object.assign(new Environment(), { DATABASE_URL: `sqlite:${join(folder, 'shop.sqlite')}`, LOG_LEVEL: 'error' }),
  );
  await writeFile(join(projectFolder, 'docs/openapi.json'), `${JSON.stringify(describeApi(app, version), null, 2)}\n`);
  await app.close();
  await rm(folder, { recursive: true });
  console.log('Wrote docs/openapi.json.');
});
