import { once } from 'node:events';
import { Agent, type IncomingMessage, request as httpRequest, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import type { ExpressAdapter } from '@nestjs/platform-express';
import { openShop, type RunningShop } from '../support/app.js';
import { isSqlite } from '../support/engine.js';
import { lockMovie, blockWrites } from '../support/faults/fault-injection.js';
import { refused } from '../support/http/problem.js';
import { clerk } from '../support/shop.js';
import { until } from '../support/until.js';

/** Number of writes that start and then wait for a lock. On SQLite none starts before the lock is free. */
const started = isSqlite() ? 0 : 9;
const maxWaiting = 5;
/** Sets the lock_timeout of PostgreSQL. */
const withLockTimeout = (milliseconds: number) => (url: string) =>
  Promise.resolve(isSqlite() ? url : `${url}?lock_timeout=${milliseconds}`);

async function metricsOf({ api }: RunningShop): Promise<Record<string, number>> {
  const { text } = await api.get('/metrics').expect(200);
  const samples = text.split('\n').filter((line) => line && !line.startsWith('#'));
  return Object.fromEntries(samples.map((line) => [line.replace(/ \S+$/, ''), Number(line.replace(/^.* /, ''))]));
}

const notStarted = async (shop: RunningShop, reason: string, queue = 'writers') =>
  (await metricsOf(shop))[`movie_rental_units_of_work_not_started_total{queue="${queue}",reason="${reason}"}`];

async function busyUnits(shop: RunningShop): Promise<number> {
  const metrics = await metricsOf(shop);
  const [waiting, running] = ['waiting', 'running'].map((name) => metrics[`movie_rental_units_of_work_${name}`]!);
  return waiting! + running!;
}

const untilBusyWith = (shop: RunningShop, count: number) =>
  until(`${count} units of work run or wait`, async () => (await busyUnits(shop)) === count);

/** Returns the answer of a request. @throws if the request waits beside the units of work that are there */
async function answerOf<Answer>(shop: RunningShop, request: Promise<Answer>): Promise<Answer> {
  let isAnswered = false;
  const answer = request.finally(() => (isAnswered = true));
  answer.catch(() => undefined);
  const busy = started + maxWaiting;
  while (!isAnswered) {
    if ((await busyUnits(shop)) > busy) throw new Error(`A write waits beside ${busy} others, and is not refused.`);
  }
  return answer;
}

/** Adds a genre with an Idempotency-Key, which blockWrites() blocks. */
function addGenre(url: string, name: string, signal?: AbortSignal): Promise<number> {
  const status = fetch(`${url}/genres`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': name.replace(' ', '-') },
    body: JSON.stringify({ name }),
    signal,
  }).then((response) => response.status);
  // A test that fails before it waits for the answer ends with its own error.
  status.catch(() => undefined);
  return status;
}

const addGenres = (shop: RunningShop, prefix: string, count: number, signal?: AbortSignal) =>
  Array.from({ length: count }, (_, index) => addGenre(shop.url, `${prefix} ${index}`, signal));

const genresOf = async ({ api }: RunningShop): Promise<string[]> =>
  (await api.get('/genres?limit=200').expect(200)).body.map(({ name }: { name: string }) => name);

describe('backpressure: while all writes are blocked', () => {
  let shop: RunningShop;
  let release: () => Promise<void>;
  async function open(environment: object): Promise<void> {
    // Blocked statements must not time out during the test.
    const patient = { STATEMENT_TIMEOUT_MS: 60_000, ...environment };
    shop = await openShop({ reachedBy: withLockTimeout(60_000), environment: patient });
    release = await blockWrites(shop.databaseUrl);
  }
  afterEach(() => shop.close());

  it('returns 503 with Retry-After to writes beyond MAX_WAITING, before their body is read, and keeps the others', async () => {
    await open({ MAX_WAITING: maxWaiting, WAIT_TIMEOUT_MS: 60_000 });
    const accepted = addGenres(shop, 'Started', started);
    await untilBusyWith(shop, started);
    accepted.push(...addGenres(shop, 'Waiting', maxWaiting));
    await untilBusyWith(shop, started + maxWaiting);

    const refusal = shop.api.post('/genres').set('Content-Type', 'application/json').send('no JSON');
    const problem = await answerOf(shop, refused(refusal, 503, 'service-unavailable'));
    expect(problem).toMatchObject({ instance: '/genres' });
    expect((await refusal).headers['retry-after']).toBe('1');
    await answerOf(shop, refused(shop.api.delete('/genres/1'), 503, 'service-unavailable'));
    expect(await notStarted(shop, 'full')).toBe(2);
    const refusals = 'http_request_duration_seconds_count{method="POST",route="shed",status="503"}';
    expect((await metricsOf(shop))[refusals]).toBe(1);
    await shop.api.options('/genres').expect(204);
    await shop.api.get('/health/ready').expect(200);
    await shop.api.get('/version').expect(200);

    await release();
    expect(new Set(await Promise.all(accepted))).toEqual(new Set([201]));
    await shop.api.post('/genres').send({ name: 'After' }).expect(201);
    expect(await genresOf(shop)).toHaveLength(started + maxWaiting + 1);
  });

  it.each([
    { connections: 'new', parsedCount: 80 },
    { connections: 'kept-alive', parsedCount: 50 },
  ])(
    'rejects writes that arrive together on $connections connections before routing, as many as exceed the free places',
    async ({ connections, parsedCount }) => {
      await open({ MAX_WAITING: 200, WAIT_TIMEOUT_MS: 60_000 });
      const accepted = addGenres(shop, 'Started', started);
      await untilBusyWith(shop, started);
      accepted.push(...addGenres(shop, 'Waiting', 150));
      await untilBusyWith(shop, started + 150);

      const agent = new Agent({ keepAlive: true });
      const send = async (path: string, method: string, body?: string) => {
        const headers = { 'Content-Type': 'application/json', ...(body && { 'Content-Length': body.length }) };
        const request = httpRequest(shop.url + path, { method, agent, headers });
        // A test that fails before it waits for the answers ends with its own error.
        request.on('error', () => undefined);
        const [response] = (await once(request.end(body), 'response')) as [IncomingMessage];
        await text(response);
        return response.statusCode!;
      };
      const indexes = Array.from({ length: 80 }, (_, index) => index);
      if (connections === 'kept-alive') await Promise.all(indexes.map(() => send('/version', 'GET')));
      let parsed = 0;
      (shop.app.getHttpServer() as Server).on('request', ({ method }: IncomingMessage) => {
        if (method === 'POST') parsed++;
      });
      const together = indexes.map((index) => send('/genres', 'POST', JSON.stringify({ name: `Together ${index}` })));
      for (const answer of together) answer.catch(() => undefined);
      const shed = 'http_request_duration_seconds_count{method="POST",route="shed",status="503"}';
      await until('30 are rejected', async () => (await notStarted(shop, 'full')) === 30);
      expect((await metricsOf(shop))[shed]).toBe(30);
      expect(parsed).toBe(parsedCount);
      await release();
      expect(new Set(await Promise.all(accepted))).toEqual(new Set([201]));
      expect((await Promise.all(together)).filter((status) => status === 201)).toHaveLength(50);
      agent.destroy();
    },
  );

  it('returns the same 503 on a kept-alive connection without parsing the request', async () => {
    await open({ MAX_WAITING: 0 });
    const server = shop.app.getHttpServer() as Server;
    let parsed = 0;
    server.on('request', () => parsed++);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const send = async (path: string, body: string) => {
      const request = httpRequest(shop.url + path, {
        method: 'POST',
        agent,
        headers: { 'Content-Length': body.length },
      });
      const [response] = (await once(request.end(body), 'response')) as [IncomingMessage];
      const { instance, request_id: id, ...problem } = JSON.parse(await text(response));
      const { date: _date, 'x-request-id': idHeader, 'content-length': _length, ...headers } = response.headers;
      expect(id).toBe(idHeader);
      return { instance, problem, headers, status: response.statusCode };
    };
    const first = await send('/genres', '{"name":"A"}');
    const next = await send('/movies/1/copies?page=1', '{}');
    expect(next).toEqual({ ...first, instance: '/movies/1/copies' });
    expect([first.status, parsed]).toEqual([503, 1]);
    expect(await notStarted(shop, 'full')).toBe(2);
    const refusals = 'http_request_duration_seconds_count{method="POST",route="shed",status="503"}';
    expect((await metricsOf(shop))[refusals]).toBe(2);
    // A graceful shutdown makes it the last response on the connection.
    (shop.app.getHttpAdapter() as ExpressAdapter).beforeClose();
    expect((await send('/genres', '{}')).headers.connection).toBe('close');
    agent.destroy();
    await release();
  });

  it('returns 503 with Retry-After after WAIT_TIMEOUT_MS, and stores nothing', async () => {
    await open({ WAIT_TIMEOUT_MS: 300 });
    const busy = addGenres(shop, 'Started', started);
    await untilBusyWith(shop, started);
    const late = shop.api.post('/genres').set('Idempotency-Key', 'late').send({ name: 'Late' });
    await refused(late, 503, 'service-unavailable');
    expect((await late).headers['retry-after']).toBe('1');
    expect(await notStarted(shop, 'expired')).toBe(1);
    await release();
    await Promise.all(busy);
    expect(await genresOf(shop)).toHaveLength(started);
    // The key was not used up.
    await shop.api.post('/genres').set('Idempotency-Key', 'late').send({ name: 'Late' }).expect(201);
  });

  it('removes the writes of disconnected clients, which store nothing and free their places', async () => {
    await open({ MAX_WAITING: maxWaiting, WAIT_TIMEOUT_MS: 60_000 });
    const busy = addGenres(shop, 'Started', started);
    await untilBusyWith(shop, started);
    const leaving = new AbortController();
    const abandoned = Promise.allSettled(addGenres(shop, 'Abandoned', maxWaiting, leaving.signal));
    await untilBusyWith(shop, started + maxWaiting);
    leaving.abort();
    await abandoned;
    await until('all are taken out', async () => (await notStarted(shop, 'abandoned')) === maxWaiting);

    const next = addGenres(shop, 'Next', maxWaiting);
    const waiting = async () => (await metricsOf(shop))['movie_rental_units_of_work_waiting']!;
    await until('the next wait', async () => (await waiting()) >= (isSqlite() ? 1 : 5));
    await release();
    expect(new Set(await Promise.all([...busy, ...next]))).toEqual(new Set([201]));
    expect((await genresOf(shop)).filter((name) => name.startsWith('Abandoned'))).toEqual([]);
  });
});

describe('a rental that does not get its lock in time', () => {
  let shop: RunningShop;
  let clerkOf: ReturnType<typeof clerk>;
  beforeAll(async () => {
    // Long enough for requests that are not blocked, on a slow machine too.
    shop = await openShop({ reachedBy: withLockTimeout(1_000), environment: { WAIT_TIMEOUT_MS: 1_000 } });
    clerkOf = clerk(shop.api);
  });
  afterAll(() => shop.close());

  async function whileHeld(movieId: number, job: () => Promise<unknown>): Promise<void> {
    const release = await lockMovie(shop.databaseUrl, movieId);
    await job().finally(release);
  }

  const order = (clientId: number, copyId: number) => ({ client_id: clientId, details: [{ movie_copy_id: copyId }] });

  it('returns 409 copy-already-rented if the copy is out, and otherwise 503', async () => {
    const [client, movie] = [await clerkOf.client(), await clerkOf.movie(2)];
    const [out, free] = movie.copies.map(({ id }: { id: number }) => id) as [number, number];
    await clerkOf.rent(client.id, out);
    await whileHeld(movie.id, async () => {
      const problem = await refused(
        shop.api.post('/movie_rents').send(order(client.id, out)),
        409,
        'copy-already-rented',
      );
      expect(problem).toMatchObject({ movie_copy_ids: [out], errors: [{ pointer: '#/details/0/movie_copy_id' }] });
      await refused(shop.api.post('/movie_rents').send(order(client.id, free)), 503, 'service-unavailable');
    });
    const { body } = await shop.api.get(`/movie_rents?movie_copy_id=${free}`).expect(200);
    expect(body).toEqual([]);
  });

  it('replays the stored response to its Idempotency-Key', async () => {
    const [client, movie] = [await clerkOf.client(), await clerkOf.movie(1)];
    const rent = () =>
      shop.api.post('/movie_rents').set('Idempotency-Key', 'again').send(order(client.id, movie.copies[0].id));
    const { body: first } = await rent().expect(201);
    await whileHeld(movie.id, async () => {
      const { body, headers } = await rent().expect(201);
      expect(body).toEqual(first);
      expect(headers['idempotency-replayed']).toBe('true');
    });
  });
});
