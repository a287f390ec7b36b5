import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { startService } from '../../../scripts/servers/program.js';
import { apiAt, openShop } from '../../support/app.js';
import { freshFile, type FreshDatabase } from '../../support/engine.js';
import { executeRaw } from '../../support/database/raw-database.js';
import { refused } from '../../support/http/problem.js';
import { describeIf } from '../../support/skipping.js';
import { reasonOfRefusedStart } from '../../support/faults/refused-start.js';
import { until } from '../../support/until.js';

const unprivilegedId = 65_534;
/** Root may write to any file: if root runs the tests, the service runs as a user without privileges. */
const asUnprivilegedUser = ['setpriv', `--reuid=${unprivilegedId}`, `--regid=${unprivilegedId}`, '--clear-groups'];
const isRoot = process.getuid?.() === 0;
const launcher = isRoot ? asUnprivilegedUser : [];
const canRunService =
  !isRoot ||
  spawnSync(asUnprivilegedUser[0]!, [...asUnprivilegedUser.slice(1), process.execPath, '--version']).status === 0;

const fileOf = ({ url }: FreshDatabase): string => url.slice('sqlite:'.length);

/** Creates a shop of some hundred pages, and stops the service. */
async function makeShop(database: FreshDatabase): Promise<void> {
  const shop = await openShop({ databaseUrl: database.url });
  await executeRaw(
    database.url,
    `INSERT INTO genre (name, name_key, description)
      SELECT value, value, printf('%.1000c', 'x') FROM json_each('[${Array.from({ length: 300 }, (_, n) => n).join()}]')`,
  );
  await shop.close();
}

describeIf(canRunService, 'the service cannot be run as another user.')('a SQLite file that cannot be used', () => {
  let database: FreshDatabase;
  let file: string;
  beforeAll(async () => {
    database = await freshFile();
    file = fileOf(database);
    await makeShop(database);
    if (isRoot)
      for (const path of [dirname(file), file, `${file}.lock`]) chownSync(path, unprivilegedId, unprivilegedId);
  });
  afterAll(async () => {
    chmodSync(dirname(file), 0o700);
    await database.drop();
  });

  it.each([
    ['without write permission', () => file, 0o400],
    ['in a folder without write permission', () => dirname(file), 0o500],
    ['with a lock file without write permission', () => `${file}.lock`, 0o400],
    ['without read permission', () => file, 0o000],
  ])('%s at the start: exits with code 1, a reason and a remedy', async (_, path, mode) => {
    const before = statSync(path()).mode;
    chmodSync(path(), mode);
    try {
      expect(await reasonOfRefusedStart(database.url, { launcher })).toContain(
        'Give the user that runs the service permission',
      );
    } finally {
      chmodSync(path(), before);
    }
  });

  it('with a corrupted page at the start: exits with code 1, a reason and a remedy', async () => {
    const damaged = `${file}.damaged`;
    copyFileSync(file, damaged);
    if (isRoot) chownSync(damaged, unprivilegedId, unprivilegedId);
    const descriptor = openSync(damaged, 'r+');
    for (let page = 40; page < 60; page++) writeSync(descriptor, Buffer.alloc(4096, page), 0, 4096, page * 4096);
    closeSync(descriptor);
    expect(await reasonOfRefusedStart(`sqlite:${damaged}`, { launcher })).toMatch(/restore a backup/i);
    rmSync(damaged);
  });

  it('is used again once it is usable', async () => {
    const { service, url } = await startService({ DATABASE_URL: database.url }, launcher);
    const api = await apiAt(url);
    await api.get('/health/ready').expect(200);
    expect(await service.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  });
});

describe('a SQLite file that, while it is served,', () => {
  it.each([
    ['is removed', (file: string) => renameSync(file, `${file}.away`)],
    [
      'is replaced',
      (file: string) => {
        renameSync(file, `${file}.away`);
        copyFileSync(`${file}.away`, file);
      },
    ],
  ])('%s gets 503 on readiness and on writes, until it is back', async (_, removeFile) => {
    const database = await freshFile();
    const file = fileOf(database);
    const shop = await openShop({ databaseUrl: database.url });
    try {
      await shop.api.get('/health/ready').expect(200);
      removeFile(file);
      const add = () => shop.api.post('/genres').send({ name: 'Western' });
      await refused(add(), 503, 'service-unavailable');
      await until('it is not ready', async () => (await shop.api.get('/health/ready')).status === 503);
      await shop.api.get('/health/live').expect(200);
      renameSync(`${file}.away`, file);
      await until('it is ready', async () => (await shop.api.get('/health/ready')).status === 200);
      await add().expect(201);
    } finally {
      await shop.close();
      await database.drop();
    }
  });
});
