import type { AddressInfo, Server } from 'node:net';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { dataSourceOptions } from '../ormconfig.js';
import { createApp } from '../src/app.setup.js';
import { environmentWarnings, readEnvironment } from '../src/platform/config/environment.js';
import { withFileLock } from '../src/platform/database/sqlite/file/process-lock.js';
import { UnitOfWork } from '../src/platform/database/unit-of-work.js';
import { describeBoundAddress } from '../src/platform/http/server/bound-address.js';
import { describeStartFailure } from '../src/platform/process/start-failure.js';
import { projectFolder } from '../src/platform/config/version.js';
import { readDatasets } from './import/datasets.js';
import { loadShop } from './import/load-shop.js';
import { Progress } from './support/progress.js';
import { runCommand } from './support/run-command.js';

/** The file of the demonstration: created at every start, so that the responses are those of the README. */
const file = resolve('data/demo.sqlite');

const usage = {
  command: 'npm run demo --',
  summary: 'Serves a shop with the data of datasets/ from a new SQLite file.',
};

await runCommand(usage, async () => {
  try {
    const environment = readEnvironment({
      LOG_LEVEL: 'warn',
      ALLOW_ANONYMOUS: 'true',
      ...process.env,
      DATABASE_URL: `sqlite:${file}`,
      DATABASE_REPLICA_URL: '',
    });
    await withFileLock(dataSourceOptions(environment.DATABASE_URL), async () => {
      for (const suffix of ['', '-wal', '-shm']) await rm(file + suffix, { force: true });
    });
    const app = await createApp(environment);
    await loadShop(app.get(UnitOfWork), await readDatasets(join(projectFolder, 'datasets')), new Progress());
    const server = (await app.listen(environment.PORT, environment.HOST)) as Server;
    for (const warning of environmentWarnings(process.env)) console.warn(warning);
    console.log(greeting(server.address() as AddressInfo));
  } catch (error) {
    console.error(describeStartFailure(error));
    process.exit(1);
  }
});

function greeting(bound: AddressInfo): string {
  const isOnAllInterfaces = ['0.0.0.0', '::'].includes(bound.address);
  const url = isOnAllInterfaces ? `http://localhost:${bound.port}/` : describeBoundAddress(bound);
  return `The shop is open on ${describeBoundAddress(bound)}. Its data is in a file of its own, which is
created at every start; DATABASE_URL is ignored: ${file}
  ${url}docs     try every operation
  ${url}movies   the movies of the shop
Stop it with Ctrl+C.`;
}
