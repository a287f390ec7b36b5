import { setTimeout } from 'node:timers/promises';
import sqlite3 from 'sqlite3';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../support/engine.js';
import { inParallel } from '../../support/parallel.js';
import { type Program, startService } from '../../support/process.js';
import { type Random, withSeed } from '../../support/random.js';

const stock = 10_000;
const rounds = 10;

/** The paths of what the service has acknowledged, as its Location headers say. */
interface Acknowledged {
  readonly movies: Set<string>;
  readonly rents: Set<string>;
  readonly closed: Set<string>;
}

describe('the service, killed by SIGKILL while it stores', () => {
  let database: FreshDatabase;
  let service: Program;
  let url: string;
  beforeEach(async () => (database = await freshDatabase()));
  afterEach(async () => {
    await service.kill('SIGKILL');
    await database.drop();
  });

  async function start(): Promise<void> {
    ({ service, url } = await startService({ DATABASE_URL: database.url }));
  }

  const send = (method: string, path: string, body?: object) =>
    fetch(url + path, { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  const post = async (path: string, body: object) => (await (await send('POST', path, body)).json()) as { id: number };
  const get = async (path: string) => (await (await fetch(url + path)).json()) as Record<string, unknown>;

  /** Does `job` over and over until the service is gone. */
  async function untilKilled(job: () => Promise<void>): Promise<void> {
    try {
      for (;;) await job();
    } catch (error) {
      // What fetch throws where nobody answers any more.
      if (!/^(fetch failed|terminated)$/.test((error as Error).message)) throw error;
    }
  }

  async function stormUntilKilled(
    { clientId, genreId, copyIds }: { clientId: number; genreId: number; copyIds: readonly number[] },
    done: Acknowledged,
    random: Random,
  ): Promise<void> {
    const addMovie = async () => {
      // Between two movies there is time for rents.
      await setTimeout(random.below(200));
      const movie = { title: 'Stormy', year: 1999, genre_id: genreId, stock };
      const answer = await send('POST', '/movies/with_stock', movie);
      expect(answer.status).toBe(201);
      done.movies.add(answer.headers.get('location')!);
      await answer.arrayBuffer();
    };
    const rentAndMaybeReturn = async () => {
      const details = random.sample(copyIds, 2).map((id) => ({ movie_copy_id: id }));
      const answer = await send('POST', '/movie_rents', { client_id: clientId, details });
      const path = answer.headers.get('location');
      expect([201, 409]).toContain(answer.status);
      if (path) done.rents.add(path);
      await answer.arrayBuffer();
      if (!path || random.below(3) === 0) return;
      const closing = await send('PUT', `${path}/close`);
      expect(closing.status).toBe(200);
      done.closed.add(path);
      await closing.arrayBuffer();
    };
    const storm = [addMovie, ...Array<typeof addMovie>(8).fill(rentAndMaybeReturn)].map(untilKilled);
    await setTimeout(200 + random.below(1500));
    await Promise.all([service.kill('SIGKILL'), ...storm]);
  }

  async function expectWhole({ movies, rents, closed }: Acknowledged): Promise<void> {
    await inParallel(movies, 2, async (path) => expect(await get(path)).toMatchObject({ title: 'Stormy', stock }));
    await inParallel(rents, 8, async (path) => {
      const rent = await get(path);
      expect(rent['details']).toHaveLength(2);
      if (closed.has(path)) expect(rent['is_closed']).toBe(true);
    });
  }

  /** Asks the file itself, past the service. */
  async function expectSound(): Promise<void> {
    const options = { type: 'sqlite', database: database.url.replace(/^sqlite:/, ''), flags: sqlite3.OPEN_READONLY };
    const file = await new DataSource(options as { type: 'sqlite'; database: string }).initialize();
    const rows = (sql: string) => file.query<object[]>(sql);
    expect(await rows('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(await rows('PRAGMA foreign_key_check')).toEqual([]);
    const moviesShort = await rows(
      `SELECT movie.id, COUNT(movie_copy.id) AS copies FROM movie LEFT JOIN movie_copy ON movie_id = movie.id
       WHERE title = 'Stormy' GROUP BY movie.id HAVING copies <> ${stock}`,
    );
    expect(moviesShort).toEqual([]);
    const rentsShort = await rows(
      `SELECT movie_rent.id, COUNT(line.id) AS lines, COUNT(returned_datetime) AS returned FROM movie_rent
       LEFT JOIN movie_rent_detail AS line ON movie_rent_id = movie_rent.id
       GROUP BY movie_rent.id HAVING lines <> 2 OR returned NOT IN (0, 2)`,
    );
    expect(rentsShort).toEqual([]);
    const copiesInTwoHands = await rows(
      `SELECT movie_copy_id FROM movie_rent_detail WHERE returned_datetime IS NULL
       GROUP BY movie_copy_id HAVING COUNT(*) > 1`,
    );
    expect(copiesInTwoHands).toEqual([]);
    await file.destroy();
  }

  it(`has all that it acknowledged, and nothing by half, at each of ${rounds} restarts`, async () => {
    await withSeed(async (random) => {
      await start();
      const { id: genreId } = await post('/genres', { name: 'Storms' });
      const { id: clientId } = await post('/clients', { first_name: 'A', last_name: 'Client' });
      const movie = await post('/movies/with_stock', { title: 'Lent', year: 1999, genre_id: genreId, stock: 500 });
      const copyIds = (await get(`/movies/${movie.id}`))['copies'] as { id: number }[];
      const shop = { genreId, clientId, copyIds: copyIds.map(({ id }) => id) };
      const all = { movies: 0, rents: 0, closed: 0 };
      for (let round = 0; round < rounds; round++) {
        const done = { movies: new Set<string>(), rents: new Set<string>(), closed: new Set<string>() };
        await stormUntilKilled(shop, done, random);
        await start();
        await expectWhole(done);
        await expectSound();
        for (const kind of ['movies', 'rents', 'closed'] as const) all[kind] += done[kind].size;
      }
      // A storm in which nothing was acknowledged would prove nothing.
      expect(Math.min(all.movies, all.rents, all.closed)).toBeGreaterThan(5);
    });
  }, 120_000);
});
