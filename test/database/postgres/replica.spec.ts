import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { dataSourceOptions } from '../../../ormconfig.js';
import { GenreRepository } from '../../../src/genres/genre.repository.js';
import { type Database, openDatabaseAt } from '../../support/database.js';
import { freshDatabaseOn, type FreshDatabase } from '../../support/engine.js';
import { Network } from '../../support/network.js';
import { behindItsBack } from '../../support/outage.js';
import { startService } from '../../support/process.js';
import { type ReplicatedServer, startReplicatedServer } from '../../support/replicated-server.js';

const work = { genres: GenreRepository };
type Genres = { genres: GenreRepository };

/** Whether a unit of work is on the replica. */
const isOnReplica = async ({ genres }: Genres): Promise<boolean> => {
  const [row] = await genres.query<[{ standby: boolean }]>('SELECT pg_is_in_recovery() AS standby');
  return row.standby;
};
/** The genres there are, and whether that was read on the replica. */
const genresSeen = async (shop: Genres) => ({
  names: (await shop.genres.find()).map(({ name }) => name),
  onReplica: await isOnReplica(shop),
});

describe('a replica', () => {
  let server: ReplicatedServer;
  let fresh: FreshDatabase;
  let network: Network;
  /** Two instances of the service. */
  let one: Database;
  let other: Database;

  beforeAll(async () => (server = await startReplicatedServer()));
  afterAll(() => server.stop());
  beforeEach(async () => {
    fresh = await freshDatabaseOn(server.primary.url);
    network = new Network();
    const replica = dataSourceOptions(await network.wayTo(replicaOf(fresh)));
    one = await openDatabaseAt(fresh.url, {}, replica);
    other = await openDatabaseAt(fresh.url, {}, replica);
  });
  afterEach(async () => {
    await server.resumeReplay();
    network.cut();
    await Promise.all([one.close(), other.close()]);
    await fresh.drop();
  });

  const replicaOf = ({ url }: FreshDatabase): string => {
    const replica = new URL(server.standby.url);
    replica.pathname = new URL(url).pathname;
    return replica.href;
  };
  const add = ({ unitOfWork }: Database, name: string) =>
    unitOfWork.run(work, ({ genres }) => genres.add({ name, description: null }));
  const read = ({ unitOfWork }: Database) => unitOfWork.read(work, genresSeen);

  /** Reads until it is done on the replica. That a replica is away or behind may be noticed, and forgotten, late. */
  async function readOnReplica(database: Database): Promise<string[]> {
    for (;;) {
      const { names, onReplica } = await read(database);
      if (onReplica) return names;
    }
  }

  it('is read from, and never written to', async () => {
    expect(await readOnReplica(one)).toEqual([]);
    expect(await one.unitOfWork.run(work, isOnReplica)).toBe(false);
    const once = { key: 'one', request: 'POST', answer: (onReplica: boolean) => ({ onReplica }) };
    expect(await one.unitOfWork.runOnce(once, work, isOnReplica)).toBe(false);
    const writing = one.unitOfWork.read(work, ({ genres }) => genres.add({ name: 'Western', description: null }));
    await expect(writing).rejects.toThrow('read-only');
  });

  it('shows, through every instance, all that anybody was told is done', async () => {
    for (let count = 1; count <= 50; count++) {
      await add(one, `Genre ${count}`);
      expect((await read(other)).names).toHaveLength(count);
    }
    expect(await readOnReplica(other)).toHaveLength(50);
  });

  it('is left alone while it is behind, and its readers see what was done all the same', async () => {
    await readOnReplica(other);
    await server.pauseReplay();
    await add(one, 'Western');
    expect(await read(other)).toEqual({ names: ['Western'], onReplica: false });
    expect(await read(one)).toEqual({ names: ['Western'], onReplica: false });
    await server.resumeReplay();
    expect(await readOnReplica(other)).toEqual(['Western']);
  });

  it('is waited for a moment, but only once', async () => {
    await server.pauseReplay();
    await add(one, 'Western');
    const begun = performance.now();
    for (let count = 0; count < 50; count++) await read(other);
    expect(performance.now() - begun).toBeLessThan(50 * 300);
  });

  it('serves whoever waits for it as soon as it has caught up', async () => {
    await readOnReplica(other);
    let wasOnReplica = false;
    for (let count = 1; !wasOnReplica; count++) {
      await server.pauseReplay();
      await add(one, `Genre ${count}`);
      const reading = read(other);
      await server.resumeReplay();
      const { names, onReplica } = await reading;
      expect(names).toHaveLength(count);
      wasOnReplica = onReplica;
    }
  });

  it('may go away, in silence or not, and come back: meanwhile the primary is read from, within 3 seconds', async () => {
    await add(one, 'Western');
    const longest = async () => {
      const begun = performance.now();
      const answers = await Promise.all(Array.from({ length: 50 }, () => read(one)));
      expect(answers.filter(({ names }) => names.length !== 1)).toEqual([]);
      return performance.now() - begun;
    };
    await readOnReplica(one);
    network.freeze();
    expect(await longest()).toBeLessThan(3_000);
    expect((await read(one)).onReplica).toBe(false);
    network.thaw();
    await readOnReplica(one);
    await server.standby.stop();
    expect(await longest()).toBeLessThan(3_000);
    await server.standby.start();
    expect(await readOnReplica(one)).toEqual(['Western']);
  });

  it('that ends a read because it was in the way of the replay has it done on the primary', async () => {
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

  it('that is away at the start is told of, and looked for', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    await server.standby.stop();
    const third = await openDatabaseAt(fresh.url, {}, dataSourceOptions(replicaOf(fresh)));
    expect(warn.mock.calls.flat().join()).toMatch(/The replica isn't read from .*ECONNREFUSED/);
    warn.mockRestore();
    expect(await read(third)).toEqual({ names: [], onReplica: false });
    await server.standby.start();
    expect(await readOnReplica(third)).toEqual([]);
    await third.close();
  });

  it.each([
    ['the primary itself', () => fresh.url],
    ['another database of the replica', () => server.standby.url],
    ['another server', () => process.env['TEST_DATABASE_URL']!],
  ])('is not %s', async (_, url) => {
    const opening = openDatabaseAt(fresh.url, {}, dataSourceOptions(url()));
    await expect(opening).rejects.toThrow(/^DATABASE_REPLICA_URL names .* no streaming replica.* Let it name/);
  });

  it('is what DATABASE_REPLICA_URL names, for every instance: each sees what a client of another was answered', async () => {
    const env = { DATABASE_URL: fresh.url, DATABASE_REPLICA_URL: replicaOf(fresh) };
    const instances = await Promise.all([startService(env), startService(env)]);
    const [first, second] = instances.map(({ url }) => url);
    const post = (name: string) =>
      fetch(`${first}/genres`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ name }),
      });
    for (let count = 1; count <= 20; count++) {
      if (count === 10) await server.pauseReplay();
      const { id } = (await (await post(`Genre ${count}`)).json()) as { id: number };
      expect((await fetch(`${second}/genres/${id}`)).status).toBe(200);
    }
    const readers = `SELECT 1 / count(*) FROM pg_stat_activity WHERE application_name = 'movie-rental'
      AND datname = current_database() AND query <> ''`;
    await behindItsBack(replicaOf(fresh), readers);
    await Promise.all(instances.map(({ service }) => service.kill('SIGTERM')));
  });
});
