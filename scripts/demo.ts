import { rm } from 'node:fs/promises';
import { UnitOfWork } from '../src/database/unit-of-work.js';
import { createApp } from '../src/app.setup.js';
import { readEnvironment } from '../src/config/environment.js';
import { readDatasets } from './support/datasets.js';
import { loadShop } from './support/load-shop.js';
import { Progress } from './support/progress.js';

/** The demonstration's own file: made afresh at every start, so that what is read in the README is what is seen. */
const file = 'data/demo.sqlite';

for (const suffix of ['', '-wal', '-shm']) await rm(file + suffix, { force: true });
const environment = readEnvironment({ LOG_LEVEL: 'warn', ...process.env, DATABASE_URL: `sqlite:${file}` });
const app = await createApp(environment);
await loadShop(app.get(UnitOfWork), await readDatasets('datasets'), new Progress());
await app.listen(environment.PORT, environment.HOST);
const url = await app.getUrl();
console.log(`The shop is open.
  ${url}/docs     try every operation
  ${url}/movies   what there is to rent
End it with Ctrl+C.`);
