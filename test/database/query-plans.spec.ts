import { PassThrough } from 'node:stream';
import { openDatabase } from '../../bench/database.js';
import { fillShop, titleOf } from '../../bench/load/fill-shop.js';
import { Progress } from '../../scripts/support/progress.js';
import { openShop, type RunningShop } from '../support/app.js';
import { isSqlite } from '../support/engine.js';
import { QueryRecorder, type Statement } from '../support/database/query-recorder.js';
import { executeRaw } from '../support/database/raw-database.js';
import { QueryPlans } from '../support/database/query-plans.js';
import { clerk } from '../support/shop.js';

const size = { movies: 5_000, copies: 40_000, clients: 5_000, lines: 20_000, openLines: 100 };

const manyEvents = `
  WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000)
  INSERT INTO event (type, resource, resource_id, actor, creation_datetime, changes)
  SELECT 'type.' || n % 50, 'genres', 1 + n % 5000, 'desk-' || n % 40, '2026-03-01T10:00:00.000Z', '{}' FROM numbers`;

describe('query plans in a large shop', () => {
  let shop: RunningShop;
  let recorder: QueryRecorder;
  let plans: QueryPlans;

  beforeAll(async () => {
    ({ opened: shop, recorder } = await QueryRecorder.record(openShop));
    const database = await openDatabase(shop.databaseUrl);
    await fillShop(database, size, new Progress(new PassThrough())).finally(() => database.close());
    await executeRaw(shop.databaseUrl, manyEvents);
    if (!isSqlite()) await executeRaw(shop.databaseUrl, 'ANALYZE event');
    await clerk(shop.api).rent(1, 1);
    plans = await QueryPlans.open(shop.databaseUrl);
  });
  afterAll(async () => {
    await plans.close();
    await shop.close();
  });

  /** Returns the statements of the service during `job`, without BEGIN and COMMIT. */
  async function statementsOf(job: () => Promise<unknown>): Promise<Statement[]> {
    recorder.take();
    await job();
    return recorder.take().filter(({ sql }) => /^(SELECT|INSERT|UPDATE|DELETE)/.test(sql.trim()));
  }

  async function scansOf(job: () => Promise<unknown>, isPage = false): Promise<string[]> {
    const statements = await statementsOf(job);
    expect(statements.length).toBeGreaterThan(0);
    const scans: string[] = [];
    for (const statement of statements) {
      const found = await plans.fullScans(statement, isPage);
      scans.push(...found.map((scan) => `${scan}, by ${statement.sql}`));
    }
    return scans;
  }

  const get = (path: string) => () => shop.api.get(path).expect(200);

  const title = encodeURIComponent(titleOf(4321).slice(4));

  it.each([
    ['a movie with its copies', '/movies/4321'],
    ['movies by a part of the title', `/movies?title=${title}`],
    ['movies by a part of the title, in the order of titles', `/movies?title=${title}&sort=-title`],
    ['movies by a part of the title, of a year and a genre', `/movies?title=${title}&sort=year&year=2001&genre_id=2`],
    ['movies by a part of the name of the director', '/movies?director=or%20432'],
    ['movies by a part of the director, in the order of titles', '/movies?director=432&sort=-title'],
    ['movies by title and director', `/movies?title=${title}&director=director%20321`],
    ['movies by a common word of the title and a rare director', '/movies?title=the&director=or%20432'],
    ['movies by a rare title and a common word of the director', `/movies?title=${title}&director=director`],
    ['movies of a genre', '/movies?genre_id=3&limit=20'],
    ['movies of a year', '/movies?year=1977&limit=20'],
    ['the copies of a movie', '/movies/4321/copies'],
    ['the events of a resource', '/events?resource=genres&resource_id=4321&limit=20'],
    ['the events of a type', '/events?type=type.7&limit=20'],
    ['the latest events of an actor', '/events?actor=desk-7&limit=20&sort=-id'],
    ['a copy by its code', '/movie_copies?code=BENCH-4321'],
    ['a client by license number', '/clients?license_number=XY-4321'],
    ['movies by words in any order', '/movies?title=4321%20mirror%20the'],
    ['clients by words of the name', '/clients?name=straight,%204321%20al'],
    ['a rent with its lines', '/movie_rents/4321'],
    ['the rents of a client', '/clients/4321/movie_rents'],
    ['the rents of a copy', '/movie_rents?movie_copy_id=4321'],
    ['the rents that are open', '/movie_rents?is_closed=false'],
    ['the open rents of a client', '/clients/1/movie_rents?is_closed=false'],
    ['the standing of a client', '/clients/1/standing'],
    ['the blocks of a client', '/clients/4321/blocks'],
    ['everything stored about a client', '/clients/4321/export'],
    ['the rents of a movie', '/movie_rents?movie_id=4321'],
    ['the rents of a day', '/movie_rents?created_from=2026-03-01&created_to=2026-03-01'],
    ['a line of a rental', '/movie_rent_details/4321'],
    ['the lines of a client', '/movie_rent_details?client_id=4321'],
    ['the lines of a movie', '/movie_rent_details?movie_id=4321'],
    ['the lines of a copy', '/movie_rent_details?movie_copy_id=4321'],
    ['the lines that are out', '/movie_rent_details?is_open=true'],
    ['the overdue lines by due date', '/movie_rent_details?is_open=true&overdue=true&sort=due_datetime'],
    ['the lines that are due soon', '/movie_rent_details?is_open=true&due_before=2026-03-01&sort=due_datetime'],
  ])('find %s by an index', async (_, path) => {
    expect(await scansOf(get(path))).toEqual([]);
  });

  it('find overdue lines, in the order of ids, by their partial index', async () => {
    expect(await scansOf(get('/movie_rent_details?overdue=true'), true)).toEqual([]);
  });

  it.each([
    ['movies', '/movies?limit=20'],
    ['events', '/events?limit=20'],
    ['the latest events', '/events?limit=20&sort=-id'],
    ['events of a time', '/events?limit=20&from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z'],
    ['movies in the order of titles', '/movies?limit=20&sort=title'],
    ['movies in the order of years', '/movies?limit=20&sort=-year'],
    ['movies by a word of every title', '/movies?limit=20&title=the'],
    ['movies by a word of every director', '/movies?limit=20&director=director'],
    ['movies by a word of every title and one of every director', '/movies?limit=20&title=the&director=director'],
    ['movies by a text too short for the index', '/movies?limit=20&title=he'],
    ['movies that can be lent', '/movies?limit=20&available=true'],
    ['copies', '/movie_copies?limit=20&sort=code'],
    ['copies by a part of the code', '/movie_copies?limit=20&code_contains=ench-1'],
    ['copies by a part of the code, in its order', '/movie_copies?limit=20&code_contains=ench-1&sort=code'],
    ['clients in the order of names', '/clients?limit=20&sort=last_name'],
    ['rents, the latest first', '/movie_rents?limit=20&sort=-creation_datetime'],
    ['rents that are closed', '/movie_rents?limit=20&is_closed=true'],
  ])('read only the rows of a page of %s, and of the next', async (_, path) => {
    const links: string[] = [];
    expect(await scansOf(async () => links.push((await get(path)()).headers['link'] as string), true)).toEqual([]);
    const next = /<([^>]*)>; rel="next"/.exec(links[0]!)![1]!;
    expect(await scansOf(get(next), true)).toEqual([]);
  });

  it.each([
    ['all titles', 'the'],
    ['many of them', 'garden 1'],
    ['some, by words in another order', '11 the orchard'],
    ['some, by words of which one is too short for a trigram', '4 orchard'],
    ['few', 'harbor 4321'],
    ['none', 'harbor 4322'],
    ['many, and is too short for a trigram', '43'],
  ])('find the same rows by a part of %s as a full scan', async (_, part) => {
    const ids = Array.from({ length: size.movies }, (_, index) => index + 1);
    const found = ids.filter((id) => part.split(' ').every((word) => titleOf(id).toLowerCase().includes(word)));
    const query = { title: part, limit: 200, sort: '-id', include_total: true };
    const { body, headers } = await shop.api.get('/movies').query(query).expect(200);
    expect((body as { id: number }[]).map(({ id }) => id)).toEqual(found.reverse().slice(0, 200));
    const uncounted = await shop.api.get('/movies').query({ ...query, include_total: false });
    expect(uncounted.body).toEqual(body);
    expect(headers['x-total-count']).toBe(String(found.length));
  });

  it('have no full scan for renting, closing, adding movies and purging idempotency keys', async () => {
    const { api } = shop;
    const rents: { id: number }[] = [];
    const rent = async () => {
      const details = [{ movie_copy_id: 4321 }, { movie_id: 1234 }, { code: 'BENCH-1234' }];
      const order = { client_id: 4321, details };
      const { body } = await api.post('/movie_rents').set('Idempotency-Key', 'once').send(order).expect(201);
      rents.push(body as { id: number });
    };
    expect(await scansOf(rent)).toEqual([]);
    expect(await scansOf(rent)).toEqual([]);
    expect(await scansOf(() => api.put(`/movie_rents/${rents[0]!.id}/close`).expect(200))).toEqual([]);
    expect(await scansOf(() => clerk(api).movie(3, { genre_id: 1 }))).toEqual([]);
    expect(await scansOf(() => api.patch('/movies/4321').send({ title: 'Renamed' }).expect(200))).toEqual([]);
  });

  it('have no full scan for merging, which takes as many statements for 30 rentals as for one', async () => {
    const { api } = shop;
    const desk = clerk(api);
    const counts = new Set<number>();
    for (const size of [1, 30]) {
      const duplicate = await desk.client();
      const copies = (await desk.movie(size, { genre_id: 1 }))['copies'] as { id: number; movie_id: number }[];
      for (const { id } of copies) await desk.rent(duplicate['id'], id);
      const body = { client_id: duplicate['id'], comment: 'Registered twice.' };
      const mergeClients = () => api.post('/clients/4321/merge').send(body).expect(200);
      const mergeMovies = () =>
        api.post('/movies/4321/merge').send({ movie_id: copies[0]!.movie_id, comment: 'Entered twice.' }).expect(200);
      counts.add((await statementsOf(mergeClients)).length).add(-(await statementsOf(mergeMovies)).length);
      recorder.take();
    }
    expect(counts.size).toBe(2);
    const [client, movie] = [await desk.client(), await desk.movie(1, { genre_id: 1 })];
    await desk.rent(client['id'], movie['copies'][0].id);
    const mergeClients = { client_id: client['id'], comment: 'Registered twice.' };
    expect(await scansOf(() => api.post('/clients/4321/merge').send(mergeClients).expect(200))).toEqual([]);
    const mergeMovies = { movie_id: movie['id'], comment: 'Entered twice.' };
    expect(await scansOf(() => api.post('/movies/4321/merge').send(mergeMovies).expect(200))).toEqual([]);
  });

  it('look up each copy in the open lines, with outdated statistics too', async () => {
    const { movies, copies, lines } = size;
    await executeRaw(
      shop.databaseUrl,
      `UPDATE movie_rent_detail SET returned_datetime = NULL WHERE id > ${lines - 3_000} AND NOT EXISTS (
         SELECT 1 FROM movie_rent_detail AS other
         WHERE other.movie_copy_id = movie_rent_detail.movie_copy_id AND other.id > movie_rent_detail.id)`,
    );
    const { body } = await shop.api.get(`/movie_rents?is_closed=false&limit=1&include_total=true`).expect(200);
    expect(body).toHaveLength(1);
    for (const path of [`/movies/${movies - 1}`, `/movie_copies/${copies - 1}`]) {
      expect(await scansOf(get(path))).toEqual([]);
    }
  });

  it('read only the open lines of a client with a long history', async () => {
    const withForeignKeys = isSqlite() ? 'PRAGMA foreign_keys = ON;' : '';
    await executeRaw(
      shop.databaseUrl,
      `${withForeignKeys} UPDATE movie_rent SET client_id = 77 WHERE id <= 7000 OR id > 9990`,
    );
    const { body } = await shop.api.get('/clients/77/standing').expect(200);
    expect((body as { open_copies: number }).open_copies).toBeGreaterThan(0);
    expect(await scansOf(get('/clients/77/standing'))).toEqual([]);
  });

  it('show a full scan if an index is missing', async () => {
    await executeRaw(shop.databaseUrl, 'DROP INDEX ix_movie_rent_detail_movie_copy_id');
    // SQLite explains with the schema that the connection has read.
    await plans.close();
    plans = await QueryPlans.open(shop.databaseUrl);
    expect((await scansOf(get('/movie_rents?movie_copy_id=4321'))).join()).toMatch(
      /SCAN line|Scan on movie_rent_detail: 20\d+ rows/,
    );
  });
});
