import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import sqlite3 from 'sqlite3';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../../ormconfig.js';
import { backUp } from '../../../src/platform/database/sqlite/file/backup.js';
import { withReadOnlyDatabase } from '../../../src/platform/database/with-database.js';
import { verify } from '../../../src/platform/verification/verify.js';
import { MovieRent } from '../../../src/rentals/movie-rent.entity.js';
import { shopInvariants } from '../../../src/shop-invariants.js';
import { runCommand } from '../../support/command.js';
import { openDatabaseAt } from '../../support/database/database.js';
import { executeRaw } from '../../support/database/raw-database.js';
import { Program } from '../../../scripts/servers/program.js';
import { useShop } from '../../support/shop.js';
import { repositories } from '../../support/faults/stress-test.js';

describe('npm run backup', () => {
  const shop = useShop();
  const folder = () => dirname(shop.databaseUrl.replace(/^sqlite:/, ''));

  /** Rents and returns copies until end() is called, and records the ids of acknowledged rentals. */
  function rentRepeatedly(clientId: number, copyIds: readonly number[]) {
    const acknowledged: number[] = [];
    let isRunning = true;
    const workers = copyIds.map(async (copyId) => {
      while (isRunning) {
        const { id } = await shop.clerk.rent(clientId, copyId);
        acknowledged.push(id as number);
        await shop.clerk.close(id as number);
      }
    });
    const end = async () => {
      isRunning = false;
      await Promise.all(workers);
    };
    return { acknowledged, end };
  }

  it('leaves the stack traces of the sqlite3 package off, which cost a quarter of the CPU', async () => {
    await backUp(dataSourceOptions(shop.databaseUrl), join(folder(), 'traced.sqlite'), (_total, work) =>
      work(() => undefined),
    );
    expect(String(sqlite3.Database.prototype.exec)).toContain('[native code]');
  });

  it('copies the shop while it is served, with every rental that was acknowledged before the start', async () => {
    const { copies } = await shop.clerk.movie(1000);
    const { id: clientId } = await shop.clerk.client();
    const { acknowledged, end } = rentRepeatedly(
      clientId,
      copies.slice(0, 8).map(({ id }: { id: number }) => id),
    );
    while (acknowledged.length < 50) await setTimeout(10);
    const before = [...acknowledged];
    const backup = Program.start('commands/backup.js', { DATABASE_URL: shop.databaseUrl }, ['backup.sqlite'], {
      cwd: folder(),
    });
    await backup.succeeds();
    await end();
    expect(acknowledged.length).toBeGreaterThan(before.length);
    expect(backup.stdout).toMatch(/^Backed up sqlite:.+ to backup\.sqlite: \d+ bytes, integrity checked\.\n$/);
    expect(backup.stderr).toMatch(/pages +(\d+)\/\1\n/);

    const url = `sqlite:${join(folder(), 'backup.sqlite')}`;
    const findings: unknown[] = [];
    const watcher = {
      report: (finding: unknown) => findings.push(finding),
      step: (_name: string, _total: number, work: (advance: () => void) => Promise<void>) => work(() => undefined),
    };
    await withReadOnlyDatabase(dataSourceOptions(url), (unitOfWork) => verify(unitOfWork, shopInvariants, watcher));
    expect(findings).toEqual([]);
    expect((await readdir(folder())).filter((name) => name.startsWith('backup'))).toEqual(['backup.sqlite']);

    const { unitOfWork, close } = await openDatabaseAt(url);
    const ids = await unitOfWork.read(repositories, async ({ raw }) =>
      (await raw.manager.find(MovieRent)).map(({ id }) => id),
    );
    await close();
    expect(ids).toEqual(expect.arrayContaining(before));
  });

  it('never starts over, though other connections write between its steps', async () => {
    await shop.clerk.genre();
    await executeRaw(
      shop.databaseUrl,
      `INSERT INTO genre (name, name_key, description)
       WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 2000)
       SELECT 'Filler ' || n, 'filler ' || n, hex(randomblob(1000)) FROM number`,
    );
    const options = dataSourceOptions(shop.databaseUrl);
    const other = await new DataSource({ ...options, migrations: [] }).initialize();
    await other.query('PRAGMA synchronous = OFF');
    let writes = 0;
    let writing = true;
    const writer = (async () => {
      for (; writing; writes++) await other.query(`UPDATE genre SET description = 'Draft ${writes}' WHERE id = 1`);
    })();
    const steps: { readonly pages: number; readonly writes: number }[] = [];
    await backUp(options, join(folder(), 'meanwhile.sqlite'), (_total, work) =>
      work((pages) => steps.push({ pages, writes })),
    );
    writing = false;
    await writer;
    await other.destroy();
    expect(new Set(steps.map((step) => step.writes)).size).toBeGreaterThan(3);
    // After a restart, as many pages or more would be left as before.
    for (const { pages } of steps.slice(0, -1)) expect(pages).toBe(100);
  });

  it('does not overwrite files', async () => {
    const file = join(folder(), 'precious');
    await writeFile(file, 'precious');
    const { code, stderr } = await runCommand('backup', { DATABASE_URL: shop.databaseUrl }, [file]);
    expect(code).toBe(1);
    expect(stderr).toBe(`${file} already exists, and a backup does not overwrite files. Choose another name.\n`);
    expect(await readFile(file, 'utf8')).toBe('precious');
  });

  it('leaves no file behind if the database is corrupted', async () => {
    await executeRaw(
      shop.databaseUrl,
      `PRAGMA writable_schema = ON;
       UPDATE sqlite_schema SET sql = replace(sql, '"year"', '"genre_id"') WHERE name = 'ix_movie_year'`,
    );
    const damaged = join(folder(), 'damaged.sqlite');
    const { code, stderr } = await runCommand('backup', { DATABASE_URL: shop.databaseUrl }, [damaged]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/The copy is corrupted.*ix_movie_year.*run npm run verify/s);
    expect((await readdir(folder())).filter((name) => name.startsWith('damaged'))).toEqual([]);
  });
});
