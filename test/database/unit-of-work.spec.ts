import { setTimeout } from 'node:timers/promises';
import { inspect } from 'node:util';
import { NotFound, ServiceUnavailable } from '../../src/kernel/domain-error.js';
import { RawGenres } from '../support/database/raw-tables.js';
import { type Database, openDatabase } from '../support/database/database.js';
import { withSeed } from '../support/random.js';
import { invariantViolations } from '../support/database/invariants.js';
import { repositories, StressTest } from '../support/faults/stress-test.js';

const work = { genres: RawGenres };

describe('the unit of work', () => {
  let database: Database;
  beforeEach(async () => (database = await openDatabase()));
  afterEach(() => database.close());

  const genre = (name: string) => ({ name, description: null });
  const names = () =>
    database.unitOfWork.read(work, async ({ genres }) =>
      (await genres.rows.find({ order: { id: 'ASC' } })).map(({ name }) => name),
    );

  it('commits all of the work', async () => {
    await database.unitOfWork.run(work, async ({ genres }) => {
      await genres.create(genre('Western'));
      await genres.create(genre('Musical'));
    });
    expect(await names()).toEqual(['Western', 'Musical']);
  });

  it('rolls back when the work throws, and rejects with its error', async () => {
    const stop = new Error('on second thoughts');
    const failing = database.unitOfWork.run(work, async ({ genres }) => {
      await genres.create(genre('Western'));
      throw stop;
    });
    await expect(failing).rejects.toBe(stop);
    expect(await names()).toEqual([]);
  });

  it('rolls back earlier writes when the database refuses a statement', async () => {
    await database.unitOfWork.run(work, ({ genres }) => genres.create(genre('Western')));
    const failing = database.unitOfWork.run(work, async ({ genres }) => {
      await genres.create(genre('Musical'));
      await genres.create(genre('WESTERN'));
    });
    await expect(failing).rejects.toThrow('A genre named "WESTERN" already exists');
    expect(await names()).toEqual(['Western']);
  });

  it("runs TypeORM's own save and remove in its transaction", async () => {
    const failing = database.unitOfWork.run(work, async ({ genres }) => {
      await genres.rows.save([genre('Western'), genre('Musical')].map((row) => ({ ...row, nameKey: row.name })));
      await genres.rows.remove(await genres.rows.findBy({ name: 'Musical' }));
      throw new Error('on second thoughts');
    });
    await expect(failing).rejects.toThrow('on second thoughts');
    expect(await names()).toEqual([]);
  });

  it.each(['run', 'read', 'readSingle'] as const)(
    'provides repositories that reject queries after a %s has ended',
    async (way) => {
      const kept = await database.unitOfWork[way](work, ({ genres }) => Promise.resolve({ genres }));
      await expect(kept.genres.create(genre('Western'))).rejects.toThrow(/released/);
      await expect(kept.genres.rows.save({ ...genre('Western'), nameKey: 'western' })).rejects.toThrow(/released/);
      await expect(kept.genres.rows.find()).rejects.toThrow(/released/);
      expect(await names()).toEqual([]);
    },
  );

  it('runs a single-statement read, and refuses a second statement', async () => {
    const { unitOfWork } = database;
    await unitOfWork.run(work, ({ genres }) => genres.create(genre('Western')));
    const [western] = await unitOfWork.readSingle(work, ({ genres }) => genres.rows.find());
    expect(western).toMatchObject({ name: 'Western' });
    const reading = unitOfWork.readSingle(work, async ({ genres }) => [await genres.count(), await genres.count()]);
    await expect(reading).rejects.toThrow('runs one SELECT');
    const writing = unitOfWork.readSingle(work, ({ genres }) => genres.create(genre('Musical')));
    await expect(writing).rejects.toThrow('runs one SELECT');
    expect(await names()).toEqual(['Western']);
  });

  it('refuses to write in a read-only unit', async () => {
    const writing = database.unitOfWork.read(work, ({ genres }) => genres.create(genre('Western')));
    const refusal: unknown = await writing.catch((error: unknown) => error);
    expect(inspect(refusal)).toMatch(/read-?only/);
    expect(refusal).not.toBeInstanceOf(ServiceUnavailable);
    expect(await names()).toEqual([]);
  });

  it('prechecks before a long wait only while requests are refused', async () => {
    let prechecks = 0;
    /** Counts the prechecks of requests that arrive at the same time, more than two batches. */
    async function prechecksOf(arrivals: number, refusal?: Error): Promise<number> {
      prechecks = 0;
      const judge = (): Promise<void> => (refusal ? Promise.reject(refusal) : Promise.resolve());
      const precheck = () => {
        prechecks++;
        return judge();
      };
      await Promise.allSettled(
        Array.from({ length: arrivals }, () => database.unitOfWork.runWithPrecheck(work, precheck, judge)),
      );
      return prechecks;
    }
    expect(await prechecksOf(300)).toBe(0);
    await prechecksOf(300, new ServiceUnavailable(undefined));
    expect(await prechecksOf(300)).toBe(0);
    await prechecksOf(300, new NotFound('Movie copy'));
    expect(await prechecksOf(128, new NotFound('Movie copy'))).toBe(0);
    expect(await prechecksOf(300, new NotFound('Movie copy'))).toBeGreaterThan(150);
    await prechecksOf(300);
    expect(await prechecksOf(300)).toBe(0);
  });

  it('counts running units, commits and rollbacks', async () => {
    const { unitOfWork } = database;
    const idle = { waiting: 0, running: 0, retries: 0, batched: 0, rolledBack: 0 };
    expect(unitOfWork.stats).toMatchObject({ ...idle, commits: 0 });
    await unitOfWork.run(work, async ({ genres }) => {
      expect(unitOfWork.stats).toMatchObject({ running: 1, commits: 0 });
      await genres.create(genre('Western'));
    });
    await unitOfWork.read(work, () => Promise.resolve(expect(unitOfWork.stats).toMatchObject({ running: 1 })));
    expect(unitOfWork.stats).toMatchObject({ ...idle, commits: 1 });
    await expect(unitOfWork.run(work, () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    expect(unitOfWork.stats).toMatchObject({ ...idle, rolledBack: 1 });
  });

  it('reads one snapshot, independent of concurrent commits', async () => {
    let begun!: () => void;
    const committed = new Promise<void>((begin) => (begun = begin)).then(() =>
      database.unitOfWork.run(work, ({ genres }) => genres.create(genre('Western'))),
    );
    const seen = await database.unitOfWork.read(work, async ({ genres }) => {
      const before = await genres.count();
      begun();
      await committed;
      return [before, await genres.count()];
    });
    expect(seen).toEqual([0, 0]);
    expect(await names()).toEqual(['Western']);
  });

  it('loses none of 200 units while a failing one is open', async () => {
    const { unitOfWork } = database;
    const failing = unitOfWork.run(work, async ({ genres }) => {
      await genres.create(genre('Ghost'));
      await setTimeout(50);
      throw new Error('held open, then failed');
    });
    const good = Array.from({ length: 200 }, (_, number) => `Genre ${number}`);
    const answers = good.map((name) => unitOfWork.run(work, ({ genres }) => genres.create(genre(name))));
    await expect(failing).rejects.toThrow('held open');
    await Promise.all(answers);
    expect((await names()).sort()).toEqual(good.sort());
  });

  const units = 500;
  it(`is atomic, isolated and durable in a stress test of ${units} units, a third of which fail`, async () => {
    await withSeed(async (random) => {
      const { unitOfWork } = database;
      const stress = new StressTest(
        {
          run: (work) => unitOfWork.run(repositories, work),
          read: (work) => unitOfWork.read(repositories, work),
        },
        random,
      );
      await stress.prepare();
      await stress.run(units, 32);
      expect(await stress.anomalies()).toEqual({
        lostWrites: [],
        leftovers: [],
        dirtyReads: [],
        fracturedReads: [],
        unexpectedErrors: [],
      });
      expect(await invariantViolations(database.url)).toEqual([]);
      expect(stress.failures).toBeGreaterThan(units / 4);
    });
  });
});
