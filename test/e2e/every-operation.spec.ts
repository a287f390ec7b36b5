import { Reflector } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { openShop, type RunningShop } from '../support/app.js';
import { readAnswer } from '../support/http/contract.js';
import { isSqlite } from '../support/engine.js';
import { answering, call, operations } from '../support/http/operations.js';
import { dropSchema, DatabaseOutage } from '../support/faults/fault-injection.js';
import { faultyParameters, refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';
import { sendRaw } from '../support/http/socket.js';

const largestId = 2 ** 31 - 1;

describe('every operation', () => {
  const shop = useShop();
  // The resources of the examples of the document: genre 1, movie 1, copy 1 and client 1.
  beforeAll(async () => {
    await shop.clerk.movie(1);
    await shop.clerk.client();
  });

  it.each(answering(422))('returns 400 for a query that is not UTF-8: $operationId', async (operation) => {
    await refused(call(shop.api, operation, { query: '?a=%E0%A4%A' }), 400, 'malformed-request');
  });

  const health = operations.filter(({ statuses }) => !statuses.includes('422'));
  it.each(health)('returns 400 without a Host: $operationId', async ({ path }) => {
    const answer = readAnswer(
      'GET',
      path,
      await sendRaw(shop.url, `GET ${path} HTTP/1.1\r\nConnection: close\r\n\r\n`),
    );
    expect(answer.status).toBe(400);
    shop.contract.validate(answer);
  });

  it.each(answering(422))('returns 422 for an unknown parameter: $operationId', async (operation) => {
    expect(await faultyParameters(call(shop.api, operation, { query: '?limt=5' }))).toEqual(['limt']);
  });

  it.each(operations)('returns 406 if Accept excludes every media type: $operationId', async (operation) => {
    await refused(call(shop.api, operation).set('Accept', 'image/png'), 406, 'not-acceptable');
  });

  it.each(operations)('returns 417 for an expectation other than 100-continue: $operationId', async (operation) => {
    const method = operation.method.toUpperCase();
    const path = operation.path.replace(/\{\w+\}/, '1');
    // The HTTP client of Node.js sends the head immediately if it has Expect.
    const request = `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: tea\r\n\r\n`;
    const answer = readAnswer(method, path, await sendRaw(shop.url, request));
    expect(answer.status).toBe(417);
    shop.contract.validate(answer);
  });

  it.each(operations)('returns 421 for a host of another site: $operationId', async (operation) => {
    await refused(call(shop.api, operation).set('Host', 'attacker.example'), 421, 'misdirected-request');
  });

  it.each(operations)('returns 431 for a header that is too large: $operationId', async (operation) => {
    const request = call(shop.api, operation).set('X-Padding', 'x'.repeat(20_000));
    await refused(request, 431, 'request-header-fields-too-large');
  });

  it.each(answering(413))('returns 413 for a body of more than 100 kB: $operationId', async (operation) => {
    await refused(call(shop.api, operation).send({ padding: 'x'.repeat(100 * 1024) }), 413, 'content-too-large');
  });

  it.each(answering(415))(
    'returns 415 for a body that is not JSON: $operationId',
    async ({ body: _, ...operation }) => {
      const request = call(shop.api, operation).type('text/plain').send('one movie, please');
      const { detail } = await refused(request, 415, 'unsupported-media-type');
      expect(detail).toBe('text/plain is not supported; send application/json.');
    },
  );

  const bodiless = operations.filter(({ readsBody }) => !readsBody);
  const [reading, changing] = [true, false].map((isRead) =>
    bodiless.filter(({ method }) => (method === 'get') === isRead),
  ) as [typeof bodiless, typeof bodiless];
  it.each(changing)('returns 422 for a body of an operation without one: $operationId', async (operation) => {
    await refused(call(shop.api, operation).type('text/plain').send('whatever'), 422, 'invalid-input');
  });

  it.each(reading)('ignores a body of GET: $operationId', async (operation) => {
    const sent = await call(shop.api, operation, { id: largestId }).type('text/plain').send('whatever');
    const bare = await call(shop.api, operation, { id: largestId });
    expect(sent.status).toBe(bare.status);
  });

  const onOne = operations.filter(({ takesId }) => takesId);
  it.each(onOne)('returns 404 for an unknown id: $operationId', async (operation) => {
    await refused(call(shop.api, operation, { id: largestId }), 404, 'not-found');
  });

  it('returns 404 for an unknown problem type', async () => {
    expect((await refused(shop.api.get('/problems/none'), 404, 'not-found')).detail).toBe('Problem not found');
  });
});

describe('every operation, of a service with a bug', () => {
  const shop = useShop();
  beforeAll(() => {
    shop.app.get(Reflector).get = () => {
      throw new TypeError('a bug in src/platform/http/some.guard.ts');
    };
  });

  it.each(operations)('returns 500 internal-error: $operationId', async (operation) => {
    const problem = await refused(call(shop.api, operation), 500, 'internal-error');
    expect(JSON.stringify(problem)).not.toMatch(/bug|TypeError|\.[jt]s\b/);
  });
});

describe('every operation, if all tables are missing', () => {
  const shop = useShop();
  beforeAll(() => dropSchema(shop.databaseUrl));
  const concerned = answering(503).filter(({ path }) => !path.startsWith('/health'));

  it.each(concerned)('returns 500 without implementation details: $operationId', async (operation) => {
    const problem = await refused(call(shop.api, operation), 500, 'internal-error');
    expect(problem.detail).toBe('An internal error occurred. Nothing was changed.');
    expect(JSON.stringify(problem)).not.toMatch(/select|insert|sqlite|postgres|relation|table|\.[jt]s\b/i);
  });
});

describe('every operation, while the database is unavailable', () => {
  const outage = new DatabaseOutage();
  let shop: RunningShop;
  beforeAll(async () => {
    shop = await openShop({ reachedBy: outage.proxyTo });
    if (isSqlite()) await shop.app.get(DataSource).query('PRAGMA busy_timeout = 100');
    await outage.begin();
  });
  afterAll(async () => {
    await outage.end();
    await shop.close();
  });

  it('returns 503 with Retry-After', async () => {
    const concerned = answering(503).filter(({ method }) => outage.blocksReads || method !== 'get');
    const answers = await Promise.all(concerned.map((operation) => call(shop.api, operation)));
    const kinds = answers.map(({ status, headers, body }) => [status, headers['retry-after'], body.type]);
    expect(kinds).toEqual(concerned.map(() => [503, '1', '/problems/service-unavailable']));
  });
});
