import type { Response } from 'supertest';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../../ormconfig.js';
import { type Api, apiAt } from '../../support/app.js';
import { emptyDatabase, type FreshDatabase } from '../../support/engine.js';
import { generousVariables, withGenerousLockTimeout } from '../../support/faults/generous-limits.js';
import { linksOf } from '../../support/http/paging.js';
import { inParallel } from '../../support/parallel.js';
import { type Program, startService } from '../../../scripts/servers/program.js';
import { clerk } from '../../support/shop.js';
import { statuses } from '../../support/statuses.js';

const count = 4;

describe(`${count} instances of the service on one PostgreSQL`, () => {
  let database: FreshDatabase;
  let services: Program[];
  let apis: Api[];
  /** One clerk for each instance. */
  let desks: ReturnType<typeof clerk>[];

  // All of them find an empty database, and try to migrate it.
  beforeAll(async () => {
    database = await emptyDatabase();
    const settings = { ...generousVariables, DATABASE_URL: withGenerousLockTimeout(database.url) };
    const started = await Promise.all(Array.from({ length: count }, () => startService(settings)));
    services = started.map(({ service }) => service);
    apis = await Promise.all(started.map(({ url }) => apiAt(url)));
    desks = apis.map(clerk);
  });
  afterAll(async () => {
    await Promise.all(services.map((service) => service.kill('SIGTERM')));
    await database.drop();
  });

  /** Returns the instances in turn. */
  const instance = (turn: number): Api => apis[turn % count]!;
  const desk = (turn: number) => desks[turn % count]!;
  const order = (turn: number, clientId: number, copyId: number) =>
    instance(turn)
      .post('/movie_rents')
      .send({ client_id: clientId, details: [{ movie_copy_id: copyId }] });
  const copiesOf = (movie: Record<string, unknown>) => (movie['copies'] as { id: number }[]).map(({ id }) => id);

  it('that start at the same time run the migrations once, and all serve', async () => {
    const ready = await Promise.all(apis.map((api) => api.get('/health/ready')));
    expect(statuses(ready)).toEqual({ 200: count });
    const dataSource = await new DataSource(dataSourceOptions(database.url)).initialize();
    const run = await dataSource.query<{ name: string }[]>('SELECT name FROM migrations ORDER BY id');
    expect(run.map(({ name }) => name)).toEqual(dataSource.migrations.map((migration) => migration.constructor.name));
    await dataSource.destroy();
  });

  it('let exactly one of 100 clients rent the last copy, each through one of them', async () => {
    const [copyId] = copiesOf(await desk(0).movie(1)) as [number];
    const clients: number[] = [];
    const signUp = async (turn: number) => void clients.push((await desk(turn).client())['id'] as number);
    await inParallel(Array(100).keys(), 32, signUp);
    const answers = await Promise.all(clients.map((clientId, turn) => order(turn, clientId, copyId)));
    expect(statuses(answers)).toEqual({ 201: 1, 409: 99 });
  });

  it('let exactly one of 10 rentals reach the limit of a client, each through one of them', async () => {
    const clientId = (await desk(0).client({ max_open_copies: 1 }))['id'] as number;
    const copies = await Promise.all(Array.from({ length: 10 }, (_, turn) => desk(turn).movie(1)));
    const answers = await Promise.all(copies.map((movie, turn) => order(turn, clientId, copiesOf(movie)[0]!)));
    expect(statuses(answers)).toEqual({ 201: 1, 409: 9 });
    const errors = answers.flatMap(({ body }) => (body as { errors?: { code: string }[] }).errors ?? []);
    expect(errors.map(({ code }) => code)).toEqual(Array(9).fill('limit_reached'));
  });

  it('never retire a copy while another instance lends it', async () => {
    const clientId = (await desk(0).client())['id'] as number;
    for (let round = 0; round < 4; round++) {
      const movie = await desk(0).movie(8);
      const { id, title, year, genre_id } = movie;
      const lower = () => instance(round).put(`/movies/${id}/with_stock`).send({ title, year, genre_id, stock: 4 });
      const requests = copiesOf(movie).map((copyId, turn) => () => order(turn, clientId, copyId));
      requests.splice(2 * round, 0, lower);
      const rented = await Promise.all(requests.map((request) => request()));
      const [lowered] = rented.splice(2 * round, 1) as [(typeof rented)[number]];
      const out = rented.filter(({ status }) => status === 201).length;
      expect(lowered.status).toBe(out > 4 ? 409 : 200);
      expect(statuses(rented)).toEqual({ ...(out > 0 && { 201: out }), ...(out < 8 && { 409: 8 - out }) });
      const stock = lowered.status === 200 ? 4 : 8;
      for (const api of apis) {
        expect((await api.get(`/movies/${id}`)).body).toMatchObject({ stock, available: stock - out });
      }
    }
  });

  it('share the key of cursors: each page of a list can come from another instance', async () => {
    for (const turn of Array(4).keys()) await desk(turn).client();
    const ids: number[] = [];
    let url: string | undefined = '/clients?limit=1&sort=last_name';
    for (let turn = 0; url; turn++) {
      const page: Response = await instance(turn).get(url).expect(200);
      ids.push(...(page.body as { id: number }[]).map(({ id }) => id));
      url = linksOf(page).next;
    }
    expect(ids.length).toBeGreaterThan(3);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('carry out a request with one Idempotency-Key once', async () => {
    const client = await desk(0).client();
    const [copyId] = copiesOf(await desk(0).movie(1)) as [number];
    const send = (turn: number) => order(turn, client['id'] as number, copyId).set('Idempotency-Key', 'race');
    const answers = await Promise.all(Array.from({ length: 40 }, (_, turn) => send(turn)));
    const [first, ...others] = answers.filter(({ status }) => status === 201).map(({ text }) => text);
    expect(others.filter((text) => text !== first)).toEqual([]);
    const refusals = answers.filter(({ status }) => status !== 201).map(({ body }) => body.type);
    expect(refusals.filter((type) => type !== '/problems/idempotency-key-in-use')).toEqual([]);
    for (const turn of apis.keys()) {
      const { text, headers } = await send(turn).expect(201);
      expect([text, headers['idempotency-replayed']]).toEqual([first, 'true']);
    }
    expect((await instance(1).get(`/movie_rents?movie_copy_id=${copyId}`)).body).toHaveLength(1);
  });
});
