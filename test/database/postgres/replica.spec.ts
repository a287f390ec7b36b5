import { Logger } from '@nestjs/common';
import { dataSourceOptions } from '../../../ormconfig.js';
import { RawGenres } from '../../support/database/raw-tables.js';
import { ServiceUnavailable } from '../../../src/kernel/domain-error.js';
import { openShop } from '../../support/app.js';
import { type Database, openDatabaseAt } from '../../support/database/database.js';
import { freshDatabaseOn, type FreshDatabase } from '../../support/engine.js';
import { TcpProxy } from '../../support/faults/tcp-proxy.js';
import { executeRaw } from '../../support/database/raw-database.js';
import { until } from '../../support/until.js';
import { type ReplicatedServer, startReplicatedServer } from '../../support/database/replicated-server.js';

/** Ten times the documented limit, for a busy machine. A read that waited for the replica would wait forever. */
const longestWaitMs = 30_000;

const work = { genres: RawGenres };
type Genres = { genres: RawGenres };

/** Whether a unit of work runs on the replica. */
const isOnReplica = async ({ genres }: Genres): Promise<boolean> => {
  const [row] = await genres.query<[{ standby: boolean }]>('SELECT pg_is_in_recovery() AS standby');
  return row.standby;
};
/** Returns the number of genres, and whether it was read on the replica. */
const genresSeen = async (shop: Genres) => ({ seen: await shop.genres.count(), onReplica: await isOnReplica(shop) });

describe('a read replica', () => {
  let server: ReplicatedServer;
  let fresh: FreshDatabase;
  let proxy: TcpProxy;
  /** Two instances of the service. */
  let one: Database;
  let other: Database;

  beforeAll(async () => {
    server = await startReplicatedServer();
    fresh = await freshDatabaseOn(server.primary.url);
    proxy = new TcpProxy();
    const replica = dataSourceOptions(await proxy.proxyTo(replicaUrl()));
    one = await openDatabaseAt(fresh.url, {}, replica);
    other = await openDatabaseAt(fresh.url, {}, replica);
  });
  afterEach(() => server.resumeReplay());
  afterAll(async () => {
    proxy.cut();
    await Promise.all([one.close(), other.close()]);
    await server.stop();
  });

  const replicaUrl = (): string => {
    const replica = new URL(server.standby.url);
    replica.pathname = new URL(fresh.url).pathname;
    return replica.href;
  };
  let count = 0;
  /** Adds a genre, and returns the number of genres. */
  const add = async ({ unitOfWork }: Database): Promise<number> => {
    await unitOfWork.run(work, ({ genres }) => genres.create({ name: `Genre ${count}`, description: null }));
    return ++count;
  };
  const read = ({ unitOfWork }: Database) => unitOfWork.read(work, genresSeen);

  /** Reads until a read runs on the replica: the recovery of a lost or lagging replica takes time. */
  async function readOnReplica(database: Database): Promise<number> {
    let latest = await read(database);
    await until('the replica is read from', async () => latest.onReplica || (latest = await read(database)).onReplica);
    return latest.seen;
  }

  it('stays in use after a statement timeout, which rejects only that read', async () => {
    await readOnReplica(one);
    const slow = one.unitOfWork.read(work, async ({ genres }) => {
      await genres.query('SET LOCAL statement_timeout = 50');
      await genres.query('SELECT pg_sleep(60)');
    });
    await expect(slow).rejects.toThrow(ServiceUnavailable);
    expect(await read(one)).toMatchObject({ onReplica: true });
  });

  it('serves reads, and never writes', async () => {
    expect(await readOnReplica(one)).toBe(count);
    expect(await one.unitOfWork.run(work, isOnReplica)).toBe(false);
    const once = {
      key: 'one',
      request: 'POST',
      responseOf: (onReplica: boolean) => ({ onReplica }),
      resourceOf: () => '/',
    };
    expect(await one.unitOfWork.for({ idempotency: once }).run(work, isOnReplica)).toBe(false);
    const writing = one.unitOfWork.read(work, ({ genres }) => genres.create({ name: 'Western', description: null }));
    await expect(writing).rejects.toThrow('read-only');
  });

  it('shows every acknowledged write, through every instance', async () => {
    for (let round = 0; round < 50; round++) {
      const done = await add(one);
      expect((await read(other)).seen).toBe(done);
    }
    expect(await readOnReplica(other)).toBe(count);
  });

  it('is not used while it lags, and reads see every acknowledged write', async () => {
    await readOnReplica(other);
    await server.pauseReplay();
    const done = await add(one);
    expect(await read(other)).toEqual({ seen: done, onReplica: false });
    expect(await read(one)).toEqual({ seen: done, onReplica: false });
    await server.resumeReplay();
    expect(await readOnReplica(other)).toBe(done);
  });

  it('delays only the first read while it lags', async () => {
    await server.pauseReplay();
    await add(one);
    const begun = performance.now();
    for (let round = 0; round < 50; round++) await read(other);
    expect(performance.now() - begun).toBeLessThan(50 * 300);
  });

  it('serves waiting reads as soon as it has caught up', async () => {
    await readOnReplica(other);
    for (let wasOnReplica = false; !wasOnReplica;) {
      await server.pauseReplay();
      const done = await add(one);
      const reading = read(other);
      await server.resumeReplay();
      const { seen, onReplica } = await reading;
      expect(seen).toBe(done);
      wasOnReplica = onReplica;
    }
  });

  it('is compared again for reads that arrive during a comparison', async () => {
    await readOnReplica(other);
    await server.pauseReplay();
    proxy.freeze();
    const early = read(other);
    const done = await add(one);
    const late = read(other);
    proxy.thaw();
    expect((await late).seen).toBe(done);
    await early;
  });

  it('may be lost, silently or not, and return: meanwhile reads go to the primary, within 3 seconds', async () => {
    const longest = async () => {
      const begun = performance.now();
      const answers = await Promise.all(Array.from({ length: 50 }, () => read(one)));
      expect(answers.filter(({ seen }) => seen !== count)).toEqual([]);
      return performance.now() - begun;
    };
    await readOnReplica(one);
    proxy.freeze();
    expect(await longest()).toBeLessThan(longestWaitMs);
    expect((await read(one)).onReplica).toBe(false);
    proxy.thaw();
    await readOnReplica(one);
    await server.standby.stop();
    expect(await longest()).toBeLessThan(longestWaitMs);
    await server.standby.start();
    expect(await readOnReplica(one)).toBe(count);
  });

  it('that is lost during a read has the read repeated on the primary', async () => {
    await readOnReplica(one);
    const reading = one.unitOfWork.read(work, async (shop) => {
      if (await isOnReplica(shop)) proxy.freeze();
      return genresSeen(shop);
    });
    expect(await reading).toEqual({ seen: count, onReplica: false });
    proxy.thaw();
  });

  it('that cancels a read in favor of its replay has the read repeated on the primary', async () => {
    await readOnReplica(one);
    const conflict = `DO $$ BEGIN
      IF pg_is_in_recovery() THEN RAISE EXCEPTION 'in the way' USING ERRCODE = 'serialization_failure'; END IF;
    END $$`;
    const reading = one.unitOfWork.read(work, async (shop) => {
      await shop.genres.query(conflict);
      return isOnReplica(shop);
    });
    expect(await reading).toBe(false);
  });

  it('that is unavailable at the start is logged, and retried', async () => {
    const warnings: unknown[] = [];
    const { warn } = Logger.prototype;
    Logger.prototype.warn = (message) => void warnings.push(message);
    await server.standby.stop();
    const third = await openDatabaseAt(fresh.url, {}, dataSourceOptions(replicaUrl()));
    Logger.prototype.warn = warn;
    expect(warnings).toContainEqual(expect.stringMatching(/^Reading from the primary .*ECONNREFUSED/));
    expect(await read(third)).toEqual({ seen: count, onReplica: false });
    await server.standby.start();
    expect(await readOnReplica(third)).toBe(count);
    await third.close();
  });

  it.each([
    ['the primary itself', () => fresh.url],
    ['another database of the replica', () => server.standby.url],
    ['another server', () => process.env['TEST_DATABASE_URL']!],
  ])('is not %s', async (_, url) => {
    const opening = openDatabaseAt(fresh.url, {}, dataSourceOptions(url()));
    await expect(opening).rejects.toThrow(/^DATABASE_REPLICA_URL names .* not a streaming replica.* Set it to/);
  });

  it('is configured by DATABASE_REPLICA_URL, and invisible to clients', async () => {
    const shop = await openShop({
      databaseUrl: fresh.url,
      environment: { DATABASE_REPLICA_URL: `${replicaUrl()}?application_name=shop` },
    });
    for (const prepare of [() => Promise.resolve(), server.pauseReplay]) {
      await prepare();
      const { headers } = await shop.api
        .post('/genres')
        .send({ name: `Genre ${count++}` })
        .expect(201);
      await shop.api.get(headers['location']!).expect(200);
    }
    await server.resumeReplay();
    const readers = `SELECT 1 / count(*) FROM pg_stat_activity
      WHERE application_name = 'shop' AND query LIKE 'SELECT % FROM "genre"%'`;
    await expect(executeRaw(replicaUrl(), readers)).resolves.toBeUndefined();
    await shop.close();
  });
});
