import type { ExecutionContext } from '@nestjs/common';
import { AuthorizationGuard } from '../../src/platform/auth/authorization.guard.js';
import { createKey, everyScope, openSecuredShop, withToken } from '../support/auth/keys.js';
import { readAnswer } from '../support/http/contract.js';
import { call, type Operation, operations } from '../support/http/operations.js';
import { openShop } from '../support/app.js';
import { committedDocument } from '../support/project.js';
import { refused } from '../support/http/problem.js';
import { readToEnd, openSocket, sendRaw } from '../support/http/socket.js';

type Shop = Awaited<ReturnType<typeof openSecuredShop>>;

const largestId = 2 ** 31 - 1;
const customerScope = 'self';
const generalScopes = everyScope.split(',');

/** Returns 401, 403 or 'allowed', according to the OpenAPI document, for an operation and a caller. */
function expected({ alternatives, path }: Operation, caller: readonly string[] | 'none' | 'wrong') {
  if (caller === 'wrong') return path.startsWith('/health') ? 'allowed' : 401;
  // Here DOCS_ACCESS and METRICS_ACCESS require a credential, which the document leaves open.
  const isOptional = alternatives.length > 1 && alternatives.includes('anonymous');
  if (alternatives.includes('anonymous') && !isOptional) return 'allowed';
  if (caller === 'none') return 401;
  const isGranted = alternatives.some((scopes) => {
    if (scopes === 'anonymous') return false;
    return isOptional ? !caller.includes(customerScope) : scopes.every((each) => caller.includes(each));
  });
  return isGranted ? 'allowed' : 403;
}

/* eslint-disable @typescript-eslint/no-explicit-any -- reads a document of any shape */
const document = committedDocument() as any;

/** Returns the names of the schemas in a part of the document, except in the member `client`, an expansion. */
function schemasIn(node: unknown, found = new Set<string>()): Set<string> {
  if (typeof node !== 'object' || node === null) return found;
  for (const [name, value] of Object.entries(node)) {
    const schema = name === '$ref' ? (value as string).replace(/.*\//, '') : undefined;
    if (schema !== undefined && !found.has(schema)) schemasIn(document.components.schemas[schema], found.add(schema));
    if (name !== 'client') schemasIn(value, found);
  }
  return found;
}

describe('authorization', () => {
  let shop: Shop;
  /** The callers by name: their scopes, and their API. */
  const callers = new Map<string, [scopes: readonly string[] | 'none' | 'wrong', api: Shop['api']]>();
  beforeAll(async () => {
    shop = await openSecuredShop({ environment: { METRICS_ACCESS: 'authenticated', DOCS_ACCESS: 'authenticated' } });
    callers.set('no credential', ['none', shop.api]);
    callers.set('a wrong credential', ['wrong', withToken(shop.api, `mr_1_${'x'.repeat(43)}`)]);
    for (const scope of generalScopes) {
      callers.set(scope, [[scope], withToken(shop.api, await shop.createKey(scope))]);
    }
    const customer = await shop.createKey(customerScope, '--client', '214748364');
    callers.set(customerScope, [[customerScope], withToken(shop.api, customer)]);
    const reading = [customerScope, 'catalog:read'];
    const reader = await shop.createKey(reading.join(','), '--client', '214748364');
    callers.set('a customer who reads the catalog', [reading, withToken(shop.api, reader)]);
    callers.set('all scopes', [generalScopes, shop.admin]);
  });
  afterAll(() => shop.close());

  it.each(operations)('matches the OpenAPI document for all kinds of callers: $operationId', async (operation) => {
    const found: Record<string, unknown> = {};
    const documented: Record<string, unknown> = {};
    for (const [name, [scopes, api]] of callers) {
      const { status, headers } = await call(api, operation, { id: largestId });
      found[name] = status === 401 || status === 403 ? status : 'allowed';
      documented[name] = expected(operation, scopes);
      expect(/^Bearer( |$)/.test(String(headers['www-authenticate']))).toBe(found[name] !== 'allowed');
    }
    expect(found).toEqual(documented);
  });

  it('refuses a handler that declares no access', () => {
    const http = { getRequest: () => ({}), getResponse: () => ({}) } as ReturnType<ExecutionContext['switchToHttp']>;
    const context: Partial<ExecutionContext> = { getHandler: () => () => 'served', switchToHttp: () => http };
    const guard = shop.app.get(AuthorizationGuard);
    expect(() => guard.canActivate(context as ExecutionContext)).toThrow('This operation declares no access.');
  });

  it('names the missing scopes in a 403', async () => {
    const reader = withToken(shop.api, await shop.createKey('catalog:read'));
    const answer = await reader.delete('/movies/1');
    expect(answer.body.detail).toBe('The credential lacks the scope catalog:write.');
    expect(answer.headers['www-authenticate']).toBe('Bearer error="insufficient_scope", scope="catalog:write"');
    const { detail } = await refused(reader.patch('/clients/1').send({ address: 'x' }), 403, 'forbidden');
    expect(detail).toBe('The credential lacks the scopes clients:write and clients:read.');
  });

  it.each([
    ['Client', 'clients:read'],
    ['LocatedMovieCopy', 'rentals:read'],
  ])('needs the scope to read a stored %s also to change it: %s', (schema, scope) => {
    const changing = operations.filter(({ method, returns }) => method !== 'get' && returns === schema);
    expect(changing.length).toBeGreaterThan(0);
    for (const { alternatives } of changing) expect(alternatives).toEqual([expect.arrayContaining([scope])]);
  });

  it('needs clients:read of staff for every response that shows stored clients or blocks', () => {
    const showing = operations.filter(({ method, path }) => {
      const schemas = schemasIn(document.paths[path][method].responses['200']);
      return schemas.has('Client') || schemas.has('ClientBlock');
    });
    expect(showing.length).toBeGreaterThan(8);
    for (const { operationId, alternatives } of showing) {
      const required = alternatives.filter((scopes) => !scopes.includes(customerScope));
      expect([operationId, required]).toEqual([operationId, [expect.arrayContaining(['clients:read'])]]);
    }
  });

  it('lets a desk rent, and not delete movies', async () => {
    const { body: genre } = await shop.admin.post('/genres').send({ name: 'Drama' }).expect(201);
    const { body: movie } = await shop.admin
      .post('/movies/with_stock')
      .send({ title: 'The Straight Story', year: 1999, genre_id: genre.id, stock: 1 })
      .expect(201);
    const { body: client } = await shop.admin
      .post('/clients')
      .send({ first_name: 'Alvin', last_name: 'Straight', address: '12 Mower Lane' })
      .expect(201);
    const desk = withToken(shop.api, await shop.createKey('catalog:read,clients:read,rentals:read,rentals:write'));
    await desk
      .post('/movie_rents')
      .send({ client_id: client.id, details: [{ movie_id: movie.id }] })
      .expect(201);
    await refused(desk.delete(`/movies/${movie.id}`), 403, 'forbidden');
  });

  it.each(['/clients/', '/client%73', '/clients?limit=1', '/movies/1/copies/'])(
    'returns 401 for other spellings of a path: %s',
    async (path) => {
      await refused(shop.api.get(path), 401, 'unauthorized');
    },
  );

  it('keeps responses out of shared caches', async () => {
    const found = await shop.admin.get('/genres').expect(200);
    expect(found.headers).toMatchObject({ vary: 'Authorization', 'cache-control': 'private, no-cache' });
    const current = await shop.admin.get('/genres').set('If-None-Match', found.headers['etag'] as string);
    expect(current.headers).toMatchObject({ vary: 'Authorization', 'cache-control': 'private, no-cache' });
    const unknown = await shop.api.get('/genres').set('If-None-Match', found.headers['etag'] as string);
    expect(unknown.status).toBe(401);
    expect(unknown.headers).toMatchObject({ vary: 'Authorization', 'cache-control': 'no-store' });
  });

  it('returns 401 for HEAD as for GET', async () => {
    expect((await shop.api.head('/clients')).status).toBe(401);
    expect((await shop.admin.head('/clients')).status).toBe(200);
  });

  it('returns 401 before any other check', async () => {
    await refused(shop.api.get('/clients/none?limt=5').set('Accept', 'image/png'), 401, 'unauthorized');
    await refused(shop.api.put('/clients/1').set('If-Match', '"old"').send({ no: 'member' }), 401, 'unauthorized');
    const large = shop.api.post('/clients').send({ padding: 'x'.repeat(200 * 1024) });
    await refused(large, 401, 'unauthorized');
  });

  it('answers 404, 405 and OPTIONS without a credential, and 401 with a wrong one', async () => {
    const wrong = withToken(shop.api, 'none');
    await refused(shop.api.get('/nowhere'), 404, 'not-found');
    await refused(shop.api.patch('/clients'), 405, 'method-not-allowed');
    await shop.api.options('/clients').expect(204);
    await refused(wrong.get('/nowhere'), 401, 'unauthorized');
    await refused(wrong.patch('/clients'), 401, 'unauthorized');
    const options = await sendRaw(
      shop.url,
      'OPTIONS * HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer none\r\nConnection: close\r\n\r\n',
    );
    expect(options).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('refuses a wrong credential before it reads the body', async () => {
    const socket = openSocket(shop.url);
    const head =
      'POST /clients HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer mr_1_no\r\nContent-Type: application/json\r\n' +
      'Content-Length: 50000\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n';
    socket.write(head);
    const answer = readAnswer('POST', '/clients', await readToEnd(socket));
    expect(answer.status).toBe(401);
    shop.contract.validate(answer);
  });

  it('serves the documentation to callers with a credential only, if DOCS_ACCESS is authenticated', async () => {
    expect((await shop.api.get('/docs')).status).toBe(401);
    expect((await shop.api.get('/docs/movie-rental.js')).status).toBe(401);
    expect((await shop.admin.get('/docs')).status).toBe(200);
  });
});

describe('access without a credential', () => {
  const read = (url: string, path: string, headers: Record<string, string> = {}) =>
    fetch(url + path, { headers }).then(({ status }) => status);

  it('is open on a loopback address until the first key is created', async () => {
    const shop = await openShop();
    expect((await shop.api.get('/clients')).status).toBe(200);
    const token = await createKey(shop.databaseUrl, 'clients:read');
    expect((await withToken(shop.api, token).get('/clients')).status).toBe(200);
    expect((await shop.api.get('/clients')).status).toBe(401);
    await shop.close();
  });

  it.each([
    ['HOST is not a loopback address', { HOST: '0.0.0.0' }],
    ['HOST is a name', { HOST: 'shop.example' }],
    ['NODE_ENV is production', { NODE_ENV: 'production' }],
  ])('is refused at the start if there is no key and %s', async (_, environment) => {
    await expect(openShop({ environment: { ALLOW_ANONYMOUS: 'false', ...environment } })).rejects.toThrow(
      /there is no API key.*npm run keys -- create.*ALLOW_ANONYMOUS=true/s,
    );
  });

  it.each(['127.9.9.9', '::1', 'LOCALHOST'])('is allowed with HOST %s', async (HOST) => {
    const shop = await openShop({ environment: { HOST } });
    expect((await shop.api.get('/clients')).status).toBe(200);
    await shop.close();
  });

  it('is allowed by ALLOW_ANONYMOUS, also in production and with keys', async () => {
    const environment = { HOST: '0.0.0.0', NODE_ENV: 'production', ALLOW_ANONYMOUS: 'true' };
    const shop = await openSecuredShop({ environment });
    expect((await shop.api.get('/clients')).status).toBe(200);
    expect((await withToken(shop.api, 'none').get('/clients')).status).toBe(401);
    await shop.close();
  });

  it.each(['Forwarded', 'Via', 'X-Forwarded-For', 'X-Forwarded-Host', 'X-Real-IP'])(
    'is refused without any key if a proxy has passed the request on: %s',
    async (header) => {
      const proxied = { Host: 'shop.example', [header]: '203.0.113.9' };
      const open = async (environment: object) => {
        const shop = await openShop({ environment: { ALLOWED_HOSTS: 'shop.example', ...environment } });
        const found = [await read(shop.url, '/clients', proxied), await read(shop.url, '/clients')];
        await shop.close();
        return found;
      };
      expect(await open({})).toEqual([401, 200]);
      expect(await open({ ALLOW_ANONYMOUS: 'true' })).toEqual([200, 200]);
    },
  );

  it('reads the metrics on this machine only, and not through a proxy, by default', async () => {
    const shop = await openSecuredShop();
    expect(await read(shop.url, '/metrics')).toBe(200);
    for (const header of ['Forwarded', 'Via', 'X-Forwarded-For', 'X-Forwarded-Host', 'X-Real-IP']) {
      expect(await read(shop.url, '/metrics', { [header]: '203.0.113.9' })).toBe(401);
    }
    expect(await read(shop.url, '/docs', { 'X-Forwarded-For': '203.0.113.9' })).toBe(200);
    await shop.close();
  });

  describe('by cross-site request forgery: a page', () => {
    const change = async (shop: Awaited<ReturnType<typeof openShop>>, headers: Record<string, string>) => {
      const client = { first_name: 'Alvin', last_name: 'Straight', address: '12 Mower Lane' };
      const { body } = await shop.api.post('/clients').send(client).expect(201);
      const { status } = await shop.api.post(`/clients/${body.id}/erasure`).set(headers);
      const { last_name } = (await shop.api.get(`/clients/${body.id}`).expect(200)).body;
      expect(last_name).toBe(status === 200 ? 'Erased' : 'Straight');
      return status;
    };

    it.each([
      ['of another site', 403, { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }],
      ['of another port', 403, { 'Sec-Fetch-Site': 'same-site', Origin: 'http://localhost:8080' }],
      ['in an older browser', 403, { Origin: 'https://evil.example' }],
      ['without an origin of its own', 403, { Origin: 'null' }],
      ['of the service, such as /docs', 200, { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://proxy.example' }],
      ['of the service in an older browser', 200, { Host: 'localhost', Origin: 'http://localhost' }],
      ['of the service behind a proxy, in an older browser', 200, { Origin: 'https://shop.example' }],
      ['in CORS_ORIGINS', 200, { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://desk.example' }],
      ['that the user has not left, as by the address bar', 200, { 'Sec-Fetch-Site': 'none' }],
    ])('%s gets %i for a change', async (_, expected, headers) => {
      const environment = { CORS_ORIGINS: 'https://desk.example', PUBLIC_URL: 'https://shop.example/rental' };
      const shop = await openShop({ environment });
      expect(await change(shop, headers)).toBe(expected);
      await shop.close();
    });

    it('of another site may read, and change with a credential', async () => {
      const shop = await openSecuredShop({ environment: { ALLOW_ANONYMOUS: 'true' } });
      const page = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' };
      await shop.api.get('/genres').set(page).expect(200);
      const { detail } = await refused(shop.api.post('/genres').set(page).send({ name: 'Drama' }), 403, 'forbidden');
      expect(detail).toContain('CORS_ORIGINS');
      await shop.admin.post('/genres').set(page).send({ name: 'Drama' }).expect(201);
      await shop.close();
    });
  });
});
