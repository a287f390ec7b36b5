import { refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

describe('the service', () => {
  const shop = useShop();
  const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

  it('returns its name and entry points at /', async () => {
    const { version } = (await shop.api.get('/version').expect(200)).body;
    const { body } = await shop.api.get('/').expect(200);
    expect(body).toEqual({ message: expect.any(String), version, docs: '/docs', openapi: '/openapi.json' });
  });

  it('redirects browsers from / to /docs', async () => {
    const { headers } = await shop.api.get('/').set('Accept', browser).expect(302);
    expect(headers.location).toBe('/docs');
    await shop.api.get('/docs').set('Accept', browser).expect(200).expect('Content-Type', /html/);
  });

  it.each(['/health', '/health/live', '/health/ready'])('returns healthy at %s, with any query', async (path) => {
    expect((await shop.api.get(path).expect(200)).body).toEqual({ status: 'healthy' });
    for (const query of ['?', '?t=1764150000', '?probe=a&probe=b&x', '?%zz', `?${'a&'.repeat(200)}`]) {
      await shop.api.get(path + query).expect(200);
    }
  });

  it('returns its version, as in the OpenAPI document', async () => {
    const { version } = (await shop.api.get('/version').expect(200)).body;
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    const { openapi, info } = (await shop.api.get('/openapi.json').expect(200)).body;
    expect(openapi).toMatch(/^3\.1\./);
    expect(info.version).toBe(version);
  });

  it.each(['/', '/health', '/version', '/genres', '/movies?limit=1'])(
    'responds to HEAD %s as to GET, without a body',
    async (path) => {
      const [head, get] = [await shop.api.head(path).expect(200), await shop.api.get(path).expect(200)];
      const headersOf = ({ headers }: typeof get) => [
        headers['content-type'],
        headers['content-length'],
        headers['link'],
      ];
      expect(headersOf(head)).toEqual(headersOf(get));
      expect(head.text ?? '').toBe('');
    },
  );

  it('returns 404 to HEAD of a missing resource', async () => {
    await shop.api.head('/genres/999999').expect(404);
  });

  it.each([
    ['/', ['GET', 'HEAD', 'OPTIONS']],
    ['/genres', ['GET', 'HEAD', 'OPTIONS', 'POST']],
    ['/genres/1', ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']],
    ['/movie_rents/1', ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PUT']],
    ['/movie_rents/1/close', ['OPTIONS', 'PUT']],
    ['/movie', ['OPTIONS', 'POST']],
  ])('returns Allow to OPTIONS %s', async (path, methods) => {
    const { headers } = await shop.api.options(path).expect(204, '');
    expect(headers['allow']?.split(', ').sort()).toEqual(methods);
  });

  it.each(['/nowhere', '/genres/1/nothing', '/movie_rents/1/open', '/health/dead'])(
    'returns 404 at %s to every method',
    async (path) => {
      for (const method of ['get', 'post', 'put', 'patch', 'delete', 'options'] as const) {
        const { detail } = await refused(shop.api[method](path), 404, 'not-found');
        expect(detail).toContain(path);
      }
    },
  );

  it('returns an X-Request-Id, which is that of the request if there is one', async () => {
    const own = await shop.api.get('/health').expect(200);
    const other = await shop.api.get('/health').expect(200);
    expect(own.headers['x-request-id']).not.toBe(other.headers['x-request-id']);
    const named = await shop.api.get('/genres/999999').set('X-Request-Id', 'till-3:42').expect(404);
    expect(named.headers['x-request-id']).toBe('till-3:42');
    expect(named.body.request_id).toBe('till-3:42');
    const renamed = await shop.api.get('/health').set('X-Request-Id', 'a b').expect(200);
    expect(renamed.headers['x-request-id']).not.toBe('a b');
  });

  it('keeps idle connections open for longer than load balancers do', async () => {
    const { headers } = await shop.api.get('/health/live').set('Connection', 'keep-alive').expect(200);
    expect(Number(/timeout=(\d+)/.exec(headers['keep-alive']!)![1])).toBeGreaterThan(60);
  });

  it('does not disclose its software', async () => {
    const { headers } = await shop.api.get('/').expect(200);
    expect(headers['x-powered-by']).toBeUndefined();
    expect(headers['server']).toBeUndefined();
  });
});
