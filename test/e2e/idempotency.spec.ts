import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { call, executable, operations } from '../support/http/operations.js';
import { blockWrites } from '../support/faults/fault-injection.js';
import { executeRaw } from '../support/database/raw-database.js';
import { faultyParameters, refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

const posts = operations.filter(({ method }) => method === 'post');
/** Operations whose examples need resources that other examples have used up. */
const needsMore = new Set(['eraseClient', 'renewLines', 'mergeClients', 'mergeMovies']);

/** Opens a shop with all resources of the examples of the document. */
function useExamples() {
  const shop = useShop();
  beforeAll(async () => {
    await shop.clerk.movie(1);
    await shop.clerk.client();
  });
  return shop;
}

describe('a retry with the same Idempotency-Key', () => {
  const shop = useExamples();

  it.each(posts)('returns the same response, byte by byte: $operationId', async (operation) => {
    const key = randomUUID();
    const post = needsMore.has(operation.operationId) ? await executable(operation, shop) : operation;
    const first = await call(shop.api, post).set('Idempotency-Key', key);
    expect(first.status).toBeLessThan(300);
    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    const again = await call(shop.api, post).set('Idempotency-Key', key).expect(first.status);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.text).toBe(first.text);
    for (const name of ['location', 'etag', 'content-type']) expect(again.headers[name]).toBe(first.headers[name]);
  });

  it('is not carried out again', async () => {
    const total = async () => (await shop.api.get('/movies?include_total=true')).headers['x-total-count'];
    const { id: genre_id } = await shop.clerk.genre();
    const before = Number(await total());
    for (const _ of [1, 2, 3]) {
      const movie = { title: 'Ran', year: 1985, genre_id, stock: 3 };
      await shop.api.post('/movies/with_stock').send(movie).set('Idempotency-Key', 'ran').expect(201);
    }
    expect(Number(await total())).toBe(before + 1);
  });

  it('is a different request with another path, though the body is the same', async () => {
    const [one, other] = [await shop.clerk.movie(0), await shop.clerk.movie(0)];
    const add = (id: number) => shop.api.post(`/movies/${id}/copies`).set('Idempotency-Key', 'copy').send({});
    const { body } = await add(one['id']).expect(201);
    await refused(add(other['id']), 422, 'idempotency-key-reused');
    expect((await shop.api.get(`/movies/${one['id']}/copies`)).body).toEqual([body]);
    expect((await shop.api.get(`/movies/${other['id']}/copies`)).body).toEqual([]);
  });

  it('replays the original response after the resource was changed or deleted', async () => {
    const send = () => shop.api.post('/genres').send({ name: 'Samurai' }).set('Idempotency-Key', 'samurai').expect(201);
    const { text, headers } = await send();
    await shop.api.delete(headers['location']!).expect(204);
    expect((await send()).text).toBe(text);
    await shop.api.get(headers['location']!).expect(404);
  });

  it('is replayed concurrently without waiting', async () => {
    const send = () => shop.api.post('/genres').send({ name: 'Chambara' }).set('Idempotency-Key', 'chambara');
    const { text } = await send().expect(201);
    const answers = await Promise.all(Array.from({ length: 20 }, send));
    expect(answers.map((answer) => [answer.status, answer.text])).toEqual(answers.map(() => [201, text]));
  });

  it('is carried out again without the key', async () => {
    const [one, other] = [await shop.clerk.client(), await shop.clerk.client()];
    expect(one.id).not.toBe(other.id);
  });

  it.each(posts)('returns 422 idempotency-key-reused for a different request: $operationId', async (operation) => {
    const key = randomUUID();
    await shop.api
      .post('/clients')
      .send({ first_name: 'Akira', last_name: 'K', address: 'A' })
      .set('Idempotency-Key', key)
      .expect(201);
    await refused(call(shop.api, operation).set('Idempotency-Key', key), 422, 'idempotency-key-reused');
  });

  it('returns 422 idempotency-key-reused for another body', async () => {
    const send = (first_name: string) =>
      shop.api.post('/clients').send({ first_name, last_name: 'K', address: 'A' }).set('Idempotency-Key', 'akira');
    await send('Akira').expect(201);
    await refused(send('Kyoko'), 422, 'idempotency-key-reused');
  });

  it('is carried out if the first request was refused, with the same or another body', async () => {
    const send = (genre_id: number) =>
      shop.api.post('/movies').send({ title: 'Ran', year: 1985, genre_id }).set('Idempotency-Key', 'corrected');
    await refused(send(4711), 422, 'invalid-input');
    await refused(send(4711), 422, 'invalid-input');
    await send(1).expect(201);
  });

  it.each(['', ' ', 'two words', 'ключ', 'x'.repeat(256)])('returns 422 for the key %j', async (key) => {
    const request = shop.api.post('/genres').send({ name: 'Noir' });
    const given = Buffer.from(key).toString('latin1');
    expect(await faultyParameters(request.set('Idempotency-Key', given))).toEqual(['Idempotency-Key']);
  });

  it('is carried out again after 24 hours', async () => {
    const send = (name: string) => shop.api.post('/genres').send({ name }).set('Idempotency-Key', 'yesterday');
    const age = (hours: number) =>
      executeRaw(
        shop.databaseUrl,
        `UPDATE idempotency_key SET creation_datetime = '${new Date(Date.now() - hours * 3_600_000).toISOString()}'`,
      );
    await send('Western').expect(201);
    await age(23.9);
    expect((await send('Western').expect(201)).headers['idempotency-replayed']).toBe('true');
    await age(24.1);
    await send('Eastern').expect(201);
    await refused(send('Western'), 422, 'idempotency-key-reused');
  });
});

describe('a retry while the first request is in progress', () => {
  const shop = useExamples();

  it.each(posts)('returns 409 idempotency-key-in-use: $operationId', async (operation) => {
    const post = needsMore.has(operation.operationId) ? await executable(operation, shop) : operation;
    const release = await blockWrites(shop.databaseUrl);
    const key = randomUUID();
    const send = async () => {
      const { status, body } = await call(shop.api, post).set('Idempotency-Key', key);
      return status === 409 ? body.type : status < 300;
    };
    const both = [send(), send()];
    expect(await Promise.race(both)).toBe('/problems/idempotency-key-in-use');
    await release();
    expect(new Set(await Promise.all(both))).toEqual(new Set(['/problems/idempotency-key-in-use', true]));
  });
});

describe('500 concurrent retries of 25 requests over broken connections', () => {
  const shop = useShop();

  it('are carried out 25 times, with the same response to all retries of a request', async () => {
    const { port } = new URL(shop.url);
    const askAndHangUp = (clerk: number, delay: number) =>
      new Promise<void>((done) => {
        const body = JSON.stringify(client(clerk));
        const socket = connect(Number(port), '127.0.0.1', () => {
          socket.write(
            `POST /clients HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
              `Idempotency-Key: clerk-${clerk}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
          );
          setTimeout(() => socket.destroy(), delay);
        });
        socket.on('error', () => undefined).on('close', () => done());
      });
    const client = (clerk: number) => ({ first_name: 'Clerk', last_name: `Number ${clerk}`, address: 'A' });
    const ask = async (clerk: number): Promise<string> => {
      const { status, text } = await shop.api
        .post('/clients')
        .send(client(clerk))
        .set('Idempotency-Key', `clerk-${clerk}`);
      if (status !== 409) return text;
      // Spread out: of retries at the same moment, only one would succeed.
      await pause(Math.random() * 200);
      return ask(clerk);
    };
    const clerks = Array.from({ length: 25 }, (_, clerk) => clerk);
    const answers = await Promise.all(
      clerks.map(async (clerk) => {
        const cut = Array.from({ length: 10 }, (_, index) => askAndHangUp(clerk, index * 3));
        const responses = await Promise.all(Array.from({ length: 10 }, () => ask(clerk)));
        await Promise.all(cut);
        return new Set(responses);
      }),
    );
    expect(answers.map(({ size }) => size)).toEqual(clerks.map(() => 1));
    const ids = new Set(answers.flatMap((responses) => [...responses].map((text) => JSON.parse(text).id as number)));
    expect(ids.size).toBe(25);
    const { headers } = await shop.api.get('/clients?include_total=true').expect(200);
    expect(headers['x-total-count']).toBe('25');
  });
});
