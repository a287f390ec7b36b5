import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { verify } from '../../../src/verification/verify.js';
import { openDatabaseAt, openForReadingAt } from '../../support/database.js';
import { behindItsBack } from '../../support/outage.js';
import { Program } from '../../support/process.js';
import { useShop } from '../../support/shop.js';
import { participants } from '../../support/storm.js';

describe('npm run backup', () => {
  const shop = useShop();
  const folder = () => dirname(shop.databaseUrl.replace(/^sqlite:/, ''));
  const backUp = (...args: string[]) =>
    Program.start('scripts/backup.js', { DATABASE_URL: shop.databaseUrl }, args, folder());

  /** Rents and returns until it is told to stop, and takes down the ids of what was acknowledged. */
  function storm(clientId: number, copyIds: readonly number[]) {
    const acknowledged: number[] = [];
    let raging = true;
    const workers = copyIds.map(async (copyId) => {
      while (raging) {
        const { id } = await shop.clerk.rent(clientId, copyId);
        acknowledged.push(id as number);
        await shop.clerk.close(id as number);
      }
    });
    const end = async () => {
      raging = false;
      await Promise.all(workers);
    };
    return { acknowledged, end };
  }

  it('copies the shop while it is served, and every rental that was acknowledged before it began is in the copy', async () => {
    const { copies } = await shop.clerk.movie(10_000);
    const { id: clientId } = await shop.clerk.client();
    const { acknowledged, end } = storm(
      clientId,
      copies.slice(0, 8).map(({ id }: { id: number }) => id),
    );
    while (acknowledged.length < 50) await setTimeout(10);
    const before = [...acknowledged];
    const backup = backUp('backup.sqlite');
    await backup.succeeds();
    await end();
    expect(acknowledged.length).toBeGreaterThan(before.length);
    expect(backup.stdout).toMatch(/^Backed up sqlite:.+ to backup\.sqlite: \d+ bytes, checked and whole\.\n$/);
    // It never begins anew, though somebody writes between any two of its steps.
    expect(backup.stderr).toMatch(/pages +(\d+)\/\1\n/);

    const url = `sqlite:${join(folder(), 'backup.sqlite')}`;
    const reading = await openForReadingAt(url);
    const findings: unknown[] = [];
    await verify(reading.unitOfWork, {
      tell: (finding) => findings.push(finding),
      step: (_name, _total, work) => work(() => undefined),
    });
    await reading.close();
    expect(findings).toEqual([]);
    expect((await readdir(folder())).filter((name) => name.startsWith('backup'))).toEqual(['backup.sqlite']);

    const { unitOfWork, close } = await openDatabaseAt(url);
    const ids = await unitOfWork.read(participants, async ({ rents }) => (await rents.find()).map(({ id }) => id));
    await close();
    expect(ids).toEqual(expect.arrayContaining(before));
  });

  it('overwrites nothing', async () => {
    const file = join(folder(), 'precious');
    await writeFile(file, 'precious');
    const backup = backUp('precious');
    expect(await backup.exited).toMatchObject({ code: 1 });
    expect(backup.stderr).toBe('precious is there already, and a backup overwrites nothing. Name another file.\n');
    expect(await readFile(file, 'utf8')).toBe('precious');
  });

  it('leaves nothing behind where what it copied turns out to be damaged', async () => {
    await behindItsBack(
      shop.databaseUrl,
      `PRAGMA writable_schema = ON;
       UPDATE sqlite_schema SET sql = replace(sql, '"year"', '"genre_id"') WHERE name = 'ix_movie_year'`,
    );
    const backup = backUp('damaged.sqlite');
    expect(await backup.exited).toMatchObject({ code: 1 });
    expect(backup.stderr).toMatch(/The copy isn't whole.*ix_movie_year.*see what npm run verify says/s);
    expect((await readdir(folder())).filter((name) => name.startsWith('damaged'))).toEqual([]);
  });
});
