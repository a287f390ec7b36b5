import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../../ormconfig.js';
import { Genre } from '../../../src/genres/genre.entity.js';
import { freshDatabase, type FreshDatabase } from '../../support/engine.js';
import { withSeed } from '../../support/random.js';
import { shopOf, Storm, type Transactions } from '../../support/stress-test.js';

/** What the tests of our unit of work measure is really there: without it, the same storm does the damage. */
describe('TypeORM as shipped, where all query runners share one SQLite connection', () => {
  let database: FreshDatabase;
  let shared: DataSource;
  async function begin(): Promise<void> {
    database = await freshDatabase();
    shared = await open();
    await shared.runMigrations();
  }
  async function end(): Promise<void> {
    await shared.destroy();
    await database.drop();
  }
  beforeEach(begin);
  afterEach(end);

  const open = () => new DataSource(dataSourceOptions(database.url)).initialize();

  /** A new connection finds what was committed: all else is gone with the first connection. */
  async function reopen(): Promise<void> {
    await shared.destroy();
    shared = await open();
  }

  async function genresOnDisk(): Promise<string[]> {
    await reopen();
    const found = await shared.manager.find(Genre);
    return found.map(({ name }) => name);
  }

  const genre = (name: string) => ({ name, nameKey: name, description: null });

  /** Does `work`, to its acknowledged end, while a transaction is open that fails afterwards. */
  async function besideOneThatFails(work: () => Promise<unknown>): Promise<void> {
    let begun = (): void => undefined;
    const open = new Promise<void>((resolve) => (begun = resolve));
    let fail = (): void => undefined;
    const failing = shared.transaction(async (manager) => {
      await manager.insert(Genre, genre('Ghost'));
      begun();
      await new Promise<void>((_, reject) => (fail = () => reject(new Error('held open, then failed'))));
    });
    await open;
    await work();
    fail();
    await expect(failing).rejects.toThrow('held open');
  }

  it('loses acknowledged units of work in the storm that ours survives', async () => {
    await withSeed(async (random) => {
      const asShipped: Transactions = {
        run: (work) => shared.transaction((manager) => work(shopOf(manager))),
        read: (work) => work(shopOf(shared.manager)),
      };
      const lost: string[] = [];
      // Chance decides what a storm hits: now and then one fails so many units that none is left to be lost.
      for (let storms = 0; storms < 10 && lost.length === 0; storms++) {
        await end();
        await begin();
        const storm = new Storm(asShipped, random);
        await storm.prepare();
        await storm.rage(300, 32);
        await reopen();
        const damage = await storm.damage();
        expect(damage.errors).not.toEqual([]);
        lost.push(...damage.lost);
      }
      expect(lost).not.toEqual([]);
    });
  });

  it('loses acknowledged transactions when one that overlaps them fails', async () => {
    await besideOneThatFails(() => shared.transaction((manager) => manager.insert(Genre, genre('Acknowledged'))));
    expect(await genresOnDisk()).not.toContain('Acknowledged');
  });

  it('loses a plain save beside a transaction that fails', async () => {
    await besideOneThatFails(() => shared.getRepository(Genre).save(genre('Acknowledged')));
    expect(await genresOnDisk()).not.toContain('Acknowledged');
  });

  it('shows uncommitted rows to readers', async () => {
    let seen = 0;
    const failing = shared.transaction(async (manager) => {
      await manager.insert(Genre, genre('Ghost'));
      seen = await shared.getRepository(Genre).count();
      throw new Error('on second thoughts');
    });
    await expect(failing).rejects.toThrow('on second thoughts');
    expect(seen).toBe(1);
  });
});
