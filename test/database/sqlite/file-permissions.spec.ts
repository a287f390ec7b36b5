import { chmodSync, closeSync, existsSync, openSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Logger } from '@nestjs/common';
import { dataSourceOptions } from '../../../ormconfig.js';
import { backUp } from '../../../src/platform/database/sqlite/file/backup.js';
import { makePrivate } from '../../../src/platform/database/sqlite/file/private-file.js';
import { describeIf } from '../../support/skipping.js';
import { openDatabaseAt } from '../../support/database/database.js';

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const modesIn = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, modeOf(join(folder, name))]));

describe('the permissions of a SQLite database', () => {
  let folder: string;
  let umask: number;
  beforeEach(async () => {
    umask = process.umask(0o022);
    folder = await mkdtemp(join(tmpdir(), 'movie-rental-'));
  });
  afterEach(async () => {
    process.umask(umask);
    await rm(folder, { recursive: true });
  });

  it('are 0600 on the database, -wal, -shm, .lock and backups, and 0700 on a created folder, with umask 022', async () => {
    const file = join(folder, 'shop', 'data', 'shop.sqlite');
    const database = await openDatabaseAt(`sqlite:${file}`);
    await backUp(dataSourceOptions(database.url), join(dirname(file), 'backup'), (_, work) => work(() => undefined));
    const modes = modesIn(dirname(file));
    await database.close();
    expect(modes).toEqual({
      backup: '600',
      'shop.sqlite': '600',
      'shop.sqlite-shm': '600',
      'shop.sqlite-wal': '600',
      'shop.sqlite.lock': '600',
    });
    expect([modeOf(dirname(file)), modeOf(join(folder, 'shop'))]).toEqual(['700', '700']);
  });

  it('are narrowed on existing files, and kept on an existing folder', async () => {
    const file = join(folder, 'shop.sqlite');
    for (const name of [file, `${file}.lock`]) closeSync(openSync(name, 'w', 0o644));
    chmodSync(folder, 0o755);
    const database = await openDatabaseAt(`sqlite:${file}`);
    const modes = modesIn(folder);
    await database.close();
    expect(new Set(Object.values(modes))).toEqual(new Set(['600']));
    expect(modeOf(folder)).toBe('755');
  });

  it('are 0600 from the creation of the file, under every name', async () => {
    const [file, link] = [join(folder, 'shop.sqlite'), join(folder, 'link.sqlite')];
    symlinkSync('shop.sqlite', link);
    process.umask(0);
    const database = await openDatabaseAt(`sqlite:${link}`);
    expect(modeOf(file)).toBe('600');
    expect(readdirSync(folder).sort()).toEqual([
      'link.sqlite',
      'shop.sqlite',
      'shop.sqlite-shm',
      'shop.sqlite-wal',
      'shop.sqlite.lock',
    ]);
    await database.close();
  });
});

const unchangeable = '/proc/self/status';
const reason = `permissions that cannot be changed, since there is no ${unchangeable}.`;
describeIf(existsSync(unchangeable), reason)('permissions that cannot be changed', () => {
  it('cause a warning', () => {
    const warnings: unknown[] = [];
    const { warn } = Logger.prototype;
    Logger.prototype.warn = (message: unknown) => void warnings.push(message);
    try {
      makePrivate(unchangeable);
    } finally {
      Logger.prototype.warn = warn;
    }
    expect(warnings).toEqual([expect.stringMatching(/^Other users may open \/proc\/self\/status .*Run chmod 600/)]);
  });
});
