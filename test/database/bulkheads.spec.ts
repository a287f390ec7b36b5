import { GenreRepository } from '../../src/genres/genre.repository.js';
import { Pool } from '../../src/platform/database/engine/pool.js';
import { WaitQueue } from '../../src/platform/database/engine/wait-queue.js';
import type { Workload } from '../../src/platform/database/engine/workload.js';
import { type Database, openDatabase } from '../support/database/database.js';
import { isSqlite } from '../support/engine.js';

const work = { genres: GenreRepository };

describe('bulkheads: while more units of work of one kind run or wait than there are connections', () => {
  let database: Database;
  let genreId: number;
  beforeAll(async () => {
    database = await openDatabase();
    genreId = await database.unitOfWork.run(work, async ({ genres }) => {
      return (await genres.create({ name: 'Drama', description: null })).id;
    });
  });
  afterAll(() => database.close());

  /** Starts more units of work than there are connections. They run until they are released. */
  async function hold(kind: 'read' | 'run'): Promise<() => Promise<unknown>> {
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    const started = new Promise<void>((begun) => {
      const held = Array.from({ length: 20 }, () =>
        database.unitOfWork[kind](work, () => {
          begun();
          return released;
        }),
      );
      end = () => (release(), Promise.all(held));
    });
    await started;
    return end;
  }
  let end: () => Promise<unknown> = () => Promise.resolve();
  afterEach(() => end());

  const lookUp = () => database.unitOfWork.readSingle(work, ({ genres }) => genres.get(genreId));

  it('answers lookups although slow reads occupy their maximum of connections', async () => {
    await hold('read');
    await expect(lookUp()).resolves.toMatchObject({ name: 'Drama' });
  });

  it('answers lookups although waiting writes occupy their maximum of connections', async () => {
    await hold('run');
    await expect(lookUp()).resolves.toMatchObject({ name: 'Drama' });
  });

  it('writes although slow reads occupy their maximum of connections', async () => {
    await hold('read');
    const added = database.unitOfWork.run(work, ({ genres }) => genres.create({ name: 'Noir', description: null }));
    await expect(added).resolves.toMatchObject({ name: 'Noir' });
  });

  it('lends half of the connections to slow reads, and all but one to slow reads and writes together', async () => {
    const size = Object.values(database.unitOfWork.stats.connections).at(-1)!.size;
    await hold('read');
    expect(database.unitOfWork.stats).toMatchObject({ running: size / 2, waiting: 20 - size / 2 });
    if (isSqlite()) return;
    const endReads = end;
    await hold('run');
    expect(database.unitOfWork.stats).toMatchObject({ running: size - 1, waiting: 40 - size + 1 });
    await Promise.all([endReads(), end()]);
  });
});

describe('queues', () => {
  it('are bounded for each workload separately: waiting slow reads take no place of a lookup', () => {
    const queue = new WaitQueue('reads', { maxWaiting: 1, timeoutMs: Infinity });
    const wait = queue.waitOf({});
    wait.start('scan', () => undefined);
    expect([queue.isFullFor('scan'), queue.isFullFor('lookup'), queue.waiting]).toEqual([true, false, 1]);
    wait.stop();
    expect([queue.isFullFor('scan'), queue.waiting]).toEqual([false, 0]);
  });
});

describe('the pool', () => {
  const chained = (first: () => void, then: () => void) => (): void => {
    first();
    then();
  };

  async function order(members: number, workloads: readonly Workload[]): Promise<Workload[]> {
    const pool = new Pool(Array.from({ length: members }, (_, index) => index));
    const begun: Workload[] = [];
    const job = (workload: Workload) => async (): Promise<void> => {
      begun.push(workload);
      await Promise.resolve();
    };
    await Promise.all(workloads.map((workload) => pool.use({ workload }, job(workload))));
    expect(pool.stats).toEqual({ size: members, inUse: 0, waiting: 0 });
    return begun;
  }

  it('lends its single member first come, first served, and to urgent lookups first', async () => {
    expect(await order(1, ['scan', 'write', 'lookup', 'scan', 'urgent lookup'])).toEqual([
      'scan',
      'urgent lookup',
      'write',
      'lookup',
      'scan',
    ]);
  });

  it.each([1, 2])('lends none of %i members to a unit of work whose client has disconnected', async (members) => {
    const queue = new WaitQueue('reads', { maxWaiting: 10, timeoutMs: Infinity });
    const pool = new Pool(Array.from({ length: members }, (_, index) => index));
    const leaving = new AbortController();
    const [before, meanwhile, after] = [{ signal: AbortSignal.abort() }, { signal: leaving.signal }, {}].map((caller) =>
      queue.waitOf(caller),
    );
    const begun: string[] = [];
    const job = (name: string) => () => Promise.resolve(void begun.push(name));
    const abandoned = expect(pool.use({ workload: 'lookup', wait: before }, job('gone'))).rejects.toThrow(
      'disconnected',
    );
    let release = (): void => undefined;
    const held = Array.from({ length: members }, () =>
      pool.use({ workload: 'lookup' }, () => new Promise<void>((resolve) => (release = chained(release, resolve)))),
    );
    const left = expect(pool.use({ workload: 'lookup', wait: meanwhile }, job('left'))).rejects.toThrow('disconnected');
    const last = pool.use({ workload: 'lookup', wait: after }, job('present'));
    leaving.abort();
    release();
    await Promise.all([abandoned, left, last, ...held]);
    expect(begun).toEqual(['present']);
    expect(queue.notStarted).toEqual({ full: 0, expired: 0, abandoned: 2 });
    expect(pool.stats).toEqual({ size: members, inUse: 0, waiting: 0 });
  });

  it('lends the last free member to lookups only', async () => {
    expect(await order(2, ['write', 'scan', 'write', 'lookup'])).toEqual(['write', 'lookup', 'scan', 'write']);
  });
});
