import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../../ormconfig.js';
import { Genre } from '../../../src/genres/genre.entity.js';
import { freshDatabase, type FreshDatabase } from '../../support/engine.js';
import { withSeed } from '../../support/random.js';
import { repositoriesOf, StressTest, type Transactions } from '../../support/faults/stress-test.js';

/** Control experiment: without our unit of work, the same stress test finds the anomalies that it looks for. */
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

  /** A new connection finds only committed rows: others are lost with the first connection. */
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

  /** Runs `work` until it is acknowledged, while a transaction is open that fails afterwards. */
  async function whileAnotherFails(work: () => Promise<unknown>): Promise<void> {
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

  it('loses acknowledged units in the stress test that the unit of work passes', async () => {
    await withSeed(async (random) => {
      const asShipped: Transactions = {
        run: (work) => shared.transaction((manager) => work(repositoriesOf(manager))),
        read: (work) => work(repositoriesOf(shared.manager)),
      };
      const lostWrites: string[] = [];
      // Which units fail is random: sometimes none of the others is lost.
      for (let runs = 0; runs < 10 && lostWrites.length === 0; runs++) {
        await end();
        await begin();
        const stress = new StressTest(asShipped, random);
        await stress.prepare();
        await stress.run(300, 32);
        await reopen();
        const anomalies = await stress.anomalies();
        expect(anomalies.unexpectedErrors).not.toEqual([]);
        lostWrites.push(...anomalies.lostWrites);
      }
      expect(lostWrites).not.toEqual([]);
    });
  });

  it('loses acknowledged transactions when an overlapping one fails', async () => {
    await whileAnotherFails(() => shared.transaction((manager) => manager.insert(Genre, genre('Acknowledged'))));
    expect(await genresOnDisk()).not.toContain('Acknowledged');
  });

  it('loses a plain save beside a failing transaction', async () => {
    await whileAnotherFails(() => shared.getRepository(Genre).save(genre('Acknowledged')));
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
