import { copyFile, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../../ormconfig.js';
import { Program, startService } from '../../../scripts/servers/program.js';
import { RawGenres } from '../../support/database/raw-tables.js';
import { apiAt } from '../../support/app.js';
import { openDatabaseAt } from '../../support/database/database.js';
import { freshDatabase, type FreshDatabase } from '../../support/engine.js';
import { queryRaw } from '../../support/database/raw-database.js';
import { clerk } from '../../support/shop.js';

const repositories = { genres: RawGenres };
const pathOf = ({ url }: FreshDatabase) => url.replace(/^sqlite:/, '');
const walBytes = async (file: FreshDatabase) => (await stat(`${pathOf(file)}-wal`)).size;
const MiB = 1024 * 1024;
const blob = 'x'.repeat(200_000);

describe('the write-ahead log', () => {
  let file: FreshDatabase;
  beforeEach(async () => (file = await freshDatabase()));
  afterEach(() => file.drop());

  /** Overlaps reads, so that there is no moment without one, until `stop` is called. */
  function overlappingReads(read: (work: () => Promise<void>) => Promise<void>) {
    let isOver = false;
    const reads: Promise<void>[] = [];
    const chain = async (): Promise<void> => {
      while (!isOver) {
        await new Promise<void>((begun) => {
          reads.push(
            read(async () => {
              begun();
              await pause(20);
            }),
          );
        });
        await pause(10);
      }
    };
    const chained = chain();
    return async () => {
      isOver = true;
      await chained;
      await Promise.all(reads);
      return reads.length;
    };
  }

  it('stays near WAL_LIMIT_MB while reads always overlap, and every read succeeds', async () => {
    const { unitOfWork, close } = await openDatabaseAt(file.url, { walLimitMb: 1 } as object);
    const end = overlappingReads((work) =>
      unitOfWork.read(repositories, async ({ genres }) => {
        await genres.count();
        await work();
      }),
    );
    let largest = 0;
    for (let written = 0; written < 12 * MiB; written += blob.length) {
      await unitOfWork.run(repositories, ({ genres }) =>
        genres.create({ name: `Genre ${written}`, description: blob }),
      );
      largest = Math.max(largest, await walBytes(file));
      await pause(5);
    }
    expect(await end()).toBeGreaterThan(10);
    await close();
    expect(largest).toBeGreaterThan(MiB);
    expect(largest).toBeLessThan(6 * MiB);
  });

  it('interrupts a read that delays the checkpoint for longer than a second: 503', async () => {
    const { unitOfWork, close } = await openDatabaseAt(file.url, {
      walLimitMb: 1,
      statementTimeoutMs: 600_000,
    } as object);
    const endless = unitOfWork.read(repositories, async ({ genres }) => {
      await genres.count();
      await genres.manager.query(
        'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000000) SELECT count(*) FROM n',
      );
    });
    const answer = expect(endless).rejects.toMatchObject({ name: 'ServiceUnavailable' });
    for (let row = 0; row < 10; row++) {
      await unitOfWork.run(repositories, ({ genres }) => genres.create({ name: `Genre ${row}`, description: blob }));
    }
    await pause(150);
    await unitOfWork.run(repositories, ({ genres }) => genres.create({ name: 'Last', description: blob }));
    await answer;
    expect(await unitOfWork.read(repositories, ({ genres }) => genres.count())).toBe(11);
    await close();
  });

  it('grows with one warning while another process reads, without failed requests, and is truncated afterwards', async () => {
    const { unitOfWork, close } = await openDatabaseAt(file.url, { walLimitMb: 1 } as object);
    const warnings: string[] = [];
    const infos: string[] = [];
    const ignore = () => undefined;
    Logger.overrideLogger({
      log: (line: string) => infos.push(line),
      warn: ({ msg }: { msg: string }) => warnings.push(msg),
      error: ignore,
    });
    let rows = 0;
    const write = async () => {
      await unitOfWork.run(repositories, ({ genres }) => genres.create({ name: `Genre ${rows++}`, description: blob }));
      await pause(20);
    };
    const other = await new DataSource({ ...dataSourceOptions(file.url), migrations: [] }).initialize();
    await other.query('BEGIN');
    await other.query('SELECT count(*) FROM genre');
    while (warnings.length === 0 && rows < 100) await write();
    // Waits for one more attempt.
    const grown = await walBytes(file);
    for (const end = Date.now() + 1_200; Date.now() < end;) await write();
    expect(warnings).toEqual([expect.stringMatching(/has \d+ bytes and can't be truncated: another process reads/)]);
    expect(unitOfWork.stats.walBytes).toBeGreaterThan(grown);
    await other.query('COMMIT');
    await other.destroy();
    while (infos.length === 0 && rows < 1_000) await write();
    expect(infos).toEqual(['The write-ahead log is truncated again.']);
    expect(unitOfWork.stats.walBytes).toBeLessThan(grown);
    expect(await unitOfWork.read(repositories, ({ genres }) => genres.count())).toBe(rows);
    Logger.overrideLogger(false);
    await close();
  });
});

describe('a clean shutdown', () => {
  let file: FreshDatabase;
  beforeEach(async () => (file = await freshDatabase()));
  afterEach(() => file.drop());

  const logsBeside = async () =>
    (await readdir(dirname(pathOf(file)))).filter(
      (name) => /-(wal|shm|journal)$/.test(name) && !name.includes('.lock'),
    );

  it('of the service, by SIGTERM after 34 rentals, leaves one complete file', async () => {
    const { service, url } = await startService({ DATABASE_URL: file.url });
    const shop = clerk(await apiAt(url));
    const { id: clientId } = await shop.client();
    const { copies } = (await shop.movie(34)) as { copies: { id: number }[] };
    for (const { id } of copies) await shop.rent(clientId, id);
    expect(await service.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(await logsBeside()).toEqual([]);
    const copy = join(dirname(pathOf(file)), 'copy.sqlite');
    await copyFile(pathOf(file), copy);
    expect(await queryRaw(`sqlite:${copy}`, 'SELECT count(*) AS rents FROM movie_rent')).toEqual([{ rents: 34 }]);
  });

  it('of commands, whether they write or only read, leaves one complete file', async () => {
    for (const script of ['seed', 'verify']) {
      await Program.start(`commands/${script}.js`, { DATABASE_URL: file.url }).succeeds();
      expect({ script, logs: await logsBeside() }).toEqual({ script, logs: [] });
    }
  });
});
