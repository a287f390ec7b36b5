import { setTimeout } from 'node:timers/promises';
import type { UnitOfWork } from '../../../src/platform/database/unit-of-work.js';
import { RawGenres } from '../../support/database/raw-tables.js';
import { ServiceUnavailable } from '../../../src/kernel/domain-error.js';
import { type Database, openDatabaseAt } from '../../support/database/database.js';
import { freshDatabase, type FreshDatabase } from '../../support/engine.js';
import { TcpProxy } from '../../support/faults/tcp-proxy.js';
import { executeRaw } from '../../support/database/raw-database.js';

const work = { genres: RawGenres };
const connections = 10;
/**
 * Ten times the documented limit, for a busy machine: without a limit, all would wait forever. `npm run faults` is
 * strict.
 */
const longestWaitMs = 30_000;

const nameOf = ({ url }: FreshDatabase): string => new URL(url).pathname.slice(1);

describe('units of work on PostgreSQL', () => {
  let fresh: FreshDatabase;
  let proxy: TcpProxy;
  let database: Database;
  let unitOfWork: UnitOfWork;
  beforeEach(async () => {
    fresh = await freshDatabase();
    proxy = new TcpProxy();
    database = await openDatabaseAt(await proxy.proxyTo(fresh.url));
    ({ unitOfWork } = database);
  });
  afterEach(async () => {
    proxy.cut();
    await database.close();
    await fresh.drop();
  });

  const sleep = (seconds: number) =>
    unitOfWork.run(work, ({ genres }) => genres.query(`SELECT pg_sleep(${seconds})`).then(() => 'done'));
  const read = () => unitOfWork.read(work, ({ genres }) => genres.count());

  /** Returns the results of `jobs`, and the duration of the longest in milliseconds. */
  async function outcomes(jobs: (() => Promise<unknown>)[]): Promise<{ reasons: unknown[]; longestMs: number }> {
    const begun = performance.now();
    const settled = await Promise.allSettled(jobs.map((job) => job()));
    return {
      reasons: settled.map((outcome) => (outcome.status === 'rejected' ? outcome.reason : outcome.value)),
      longestMs: performance.now() - begun,
    };
  }

  const asOperator = (sql: string) => executeRaw(process.env['TEST_DATABASE_URL']!, sql);

  it('wait for their turn without a timeout, since a queue is not an outage', async () => {
    const { reasons, longestMs } = await outcomes(Array(500).fill(() => sleep(0.05)));
    expect(new Set(reasons)).toEqual(new Set(['done']));
    // Longer than the connection timeout, which must not include the time in the queue.
    expect(longestMs).toBeGreaterThan(2_200);
  });

  it('wait for a slow server, even if it accepts no new connections', async () => {
    const slow = sleep(2);
    await setTimeout(500);
    await asOperator(`ALTER DATABASE ${nameOf(fresh)} ALLOW_CONNECTIONS false`);
    await expect(slow).resolves.toBe('done');
  });

  it('count waiting, running, committed and retried units', async () => {
    const activity = (waiting: number, running: number, commits: number) => ({
      ...{ waiting, running, commits, batched: 0, retries: 0, rolledBack: 0 },
      connections: { shared: { size: connections, inUse: running, waiting } },
    });
    expect(unitOfWork.stats).toEqual(activity(0, 0, 0));
    // One connection is kept for lookups.
    const writing = connections - 1;
    let open!: () => void;
    const gate = new Promise<void>((opened) => (open = opened));
    const units = Array.from({ length: 25 }, () => unitOfWork.run(work, () => gate));
    while (unitOfWork.stats.running < writing) await setTimeout(10);
    expect(unitOfWork.stats).toEqual(activity(25 - writing, writing, 0));
    open();
    await Promise.all(units);
    expect(unitOfWork.stats).toEqual(activity(0, 0, 25));
  });

  it('plan a statement once for all values if they write, and for its values if they read', async () => {
    const sql = `SELECT current_setting('plan_cache_mode') AS mode`;
    expect(await unitOfWork.run(work, ({ genres }) => genres.query(sql))).toEqual([{ mode: 'force_generic_plan' }]);
    expect(await unitOfWork.read(work, ({ genres }) => genres.query(sql))).toEqual([{ mode: 'auto' }]);
  });

  it('are retried in a new transaction after a conflict', async () => {
    await unitOfWork.run(work, async ({ genres }) => {
      for (const name of ['Western', 'Musical']) await genres.create({ name, description: null });
    });
    let locked = 0;
    const lockBoth = (one: number, other: number) =>
      unitOfWork.run(work, async ({ genres }) => {
        await genres.query(`UPDATE genre SET description = 'x' WHERE id = ${one}`);
        // Each unit waits until both hold a lock, and then for the other's lock.
        for (locked++; locked < 2;) await setTimeout(10);
        await genres.query(`UPDATE genre SET description = 'x' WHERE id = ${other}`);
      });
    await Promise.all([lockBoth(1, 2), lockBoth(2, 1)]);
    expect(unitOfWork.stats).toMatchObject({ commits: 3, retries: 1 });
  });

  it('are rejected with 503 after repeated conflicts', async () => {
    const conflicting = unitOfWork.run(work, ({ genres }) =>
      genres.query(`DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = 'serialization_failure'; END $$`),
    );
    await expect(conflicting).rejects.toBeInstanceOf(ServiceUnavailable);
    expect(unitOfWork.stats).toMatchObject({ commits: 0, retries: 7, rolledBack: 1 });
  });

  it('are unavailable within seconds when the network is silent, and recover with it', async () => {
    await Promise.all(Array.from({ length: 2 * connections }, read));
    const pausing = () =>
      unitOfWork.run(work, async ({ genres }) => {
        await genres.count();
        await setTimeout(2_200);
        await genres.count();
      });
    const running = outcomes([
      pausing,
      ...Array<typeof pausing>(connections - 1).fill(() => sleep(30).then(() => undefined)),
    ]);
    await setTimeout(100);
    proxy.freeze();
    const { reasons, longestMs } = await outcomes(Array(200).fill(read));
    expect(longestMs).toBeLessThan(longestWaitMs);
    expect(reasons).toEqual(Array(200).fill(expect.any(ServiceUnavailable)));
    expect((await running).reasons).toEqual(Array(connections).fill(expect.any(ServiceUnavailable)));
    proxy.thaw();
    await expect(read()).resolves.toBe(0);
  });

  it('are unavailable within seconds when the server refuses connections', async () => {
    proxy.cut();
    const { reasons, longestMs } = await outcomes(Array(500).fill(read));
    expect(longestMs).toBeLessThan(longestWaitMs);
    expect(reasons).toEqual(Array(500).fill(expect.any(ServiceUnavailable)));
  });

  it.each(['while they wait for an answer', 'between two statements', 'between the last statement and the commit'])(
    'are unavailable when their connection is terminated %s',
    async (when) => {
      const unit = unitOfWork.run(work, async ({ genres }) => {
        const [{ pid }] = await genres.query<[{ pid: number }]>('SELECT pg_backend_pid() AS pid');
        const ended = asOperator(`SELECT pg_terminate_backend(${pid})`);
        if (when.startsWith('between')) await ended.then(() => setTimeout(100));
        if (!when.endsWith('commit')) await genres.query('SELECT pg_sleep(1)');
      });
      await expect(unit).rejects.toBeInstanceOf(ServiceUnavailable);
      await expect(read()).resolves.toBe(0);
    },
  );

  it('that write are unavailable on a server that became read-only', async () => {
    const name = nameOf(fresh);
    await asOperator(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    await asOperator(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
    await setTimeout(100);
    const writing = unitOfWork.run(work, ({ genres }) => genres.create({ name: 'Western', description: null }));
    await expect(writing).rejects.toBeInstanceOf(ServiceUnavailable);
    await expect(read()).resolves.toBe(0);
  });
});
