import { request } from 'node:http';
import type { Test } from 'supertest';
import { call, operations } from '../support/http/operations.js';
import { openShop, type RunningShop } from '../support/app.js';
import { openSecuredShop, withToken } from '../support/auth/keys.js';

describe('RATE_LIMIT', () => {
  const shops: RunningShop[] = [];
  const open = async (options: Parameters<typeof openShop>[0]): Promise<RunningShop> => {
    const shop = await openShop(options);
    shops.push(shop);
    return shop;
  };
  // The first shop of a process fetches the OpenAPI document, which counts.
  beforeAll(async () => (await openShop()).close());
  afterEach(async () => {
    for (const shop of shops.splice(0).reverse()) await shop.close();
  });

  /** Returns the status of a request from a loopback address. */
  const statusFrom = (localAddress: string, { url }: RunningShop, headers = {}): Promise<number> =>
    new Promise((resolve, reject) => {
      request(`${url}/version`, { localAddress, headers }, (response) => resolve(response.resume().statusCode!))
        .on('error', reject)
        .end();
    });

  it('counts requests down, and returns 429 with Retry-After beyond the limit', async () => {
    const { api } = await open({ environment: { RATE_LIMIT: '3' } });
    for (const left of [2, 1, 0]) {
      const { headers } = await api.get('/movies').expect(200);
      expect(headers).toMatchObject({
        'ratelimit-policy': '"default";q=3;w=60',
        ratelimit: expect.stringMatching(new RegExp(`^"default";r=${left};t=([1-9]|[1-5]\\d|60)$`)) as string,
      });
    }
    const { headers, body } = await api.post('/genres').send({ name: 'Drama' }).expect(429);
    expect(headers).toMatchObject({
      'retry-after': expect.stringMatching(/^([1-9]|[1-5]\d|60)$/) as string,
      ratelimit: expect.stringContaining(';r=0;') as string,
      'cache-control': 'no-store',
    });
    expect(body).toMatchObject({ type: '/problems/too-many-requests', status: 429 });
  });

  it('applies to every operation', async () => {
    const { api } = await open({ environment: { RATE_LIMIT: '1' } });
    await api.get('/version').expect(200);
    for (const operation of operations.filter(({ path }) => !path.startsWith('/health'))) {
      await call(api, operation).expect(429);
    }
  });

  it('refuses unknown paths, wrong methods and malformed bodies before other checks', async () => {
    const { api } = await open({ environment: { RATE_LIMIT: '1' } });
    await api.get('/version').expect(200);
    await api.get('/moovies').expect(429);
    await api.patch('/genres').expect(429);
    await api.post('/genres').set('Content-Type', 'application/json').send('{').expect(429);
  });

  it('does not count health checks, which decide whether the service is restarted', async () => {
    const { api } = await open({ environment: { RATE_LIMIT: '1' } });
    await api.get('/version').expect(200);
    for (const _ of [1, 2, 3]) await api.get('/health/live').expect(200);
    await api.get('/health/ready').expect(200);
    await api.get('/version').expect(429);
  });

  it('counts each address separately', async () => {
    const shop = await open({ environment: { RATE_LIMIT: '1' } });
    expect(await statusFrom('127.0.0.1', shop)).toBe(200);
    expect(await statusFrom('127.0.0.1', shop)).toBe(429);
    expect(await statusFrom('127.0.0.2', shop)).toBe(200);
  });

  it('uses X-Forwarded-For from TRUSTED_PROXIES only', async () => {
    const [client, other] = ['192.0.2.1', '2001:db8::1'].map((address) => ({ 'X-Forwarded-For': address }));
    const direct = await open({ environment: { RATE_LIMIT: '1' } });
    expect(await statusFrom('127.0.0.1', direct, client)).toBe(200);
    expect(await statusFrom('127.0.0.1', direct, other)).toBe(429);

    const behindProxy = await open({ environment: { RATE_LIMIT: '1', TRUSTED_PROXIES: '10.0.0.0/8,127.0.0.1' } });
    expect(await statusFrom('127.0.0.1', behindProxy, client)).toBe(200);
    expect(await statusFrom('127.0.0.1', behindProxy, other)).toBe(200);
    expect(await statusFrom('127.0.0.1', behindProxy, client)).toBe(429);
  });

  it('counts an IPv6 subnet as one client', async () => {
    const shop = await open({ environment: { RATE_LIMIT: '1', TRUSTED_PROXIES: '127.0.0.1' } });
    const from = (address: string) => statusFrom('127.0.0.1', shop, { 'X-Forwarded-For': address });
    expect(await from('2001:db8:0:1::1')).toBe(200);
    expect(await from('2001:db8:0:1:ffff::2')).toBe(429);
    expect(await from('2001:db8:0:2::1')).toBe(200);
  });

  it.each([
    ['with a port', '192.0.2.1', ['192.0.2.1:4711', '192.0.2.1:4712']],
    ['mapped to IPv6', '192.0.2.1', ['::FFFF:192.0.2.1', '::ffff:c000:201', '[::ffff:192.0.2.1]:4711']],
    ['of an IPv6 client', '2001:db8:0:1::1', ['2001:DB8:0:1::1', '2001:0db8:0:01:0:0:0:1', '[2001:db8:0:1::1]:4711']],
  ])('counts an address %s as the same client, however a proxy writes it', async (_, address, others) => {
    const shop = await open({ environment: { RATE_LIMIT: '1', TRUSTED_PROXIES: '127.0.0.1' } });
    const from = (text: string) => statusFrom('127.0.0.1', shop, { 'X-Forwarded-For': text });
    expect(await from(address)).toBe(200);
    for (const other of others) expect(await from(other)).toBe(429);
    expect(await from('192.0.2.2')).toBe(200);
  });

  it('counts by the proxy if what it names is not an address', async () => {
    const shop = await open({ environment: { RATE_LIMIT: '1', TRUSTED_PROXIES: '127.0.0.1' } });
    const from = (text: string) => statusFrom('127.0.0.1', shop, { 'X-Forwarded-For': text });
    expect(await from('unknown')).toBe(200);
    for (const text of ['_hidden', '192.0.2', `x${'y'.repeat(1000)}`]) expect(await from(text)).toBe(429);
    expect(await from('192.0.2.1')).toBe(200);
  });

  it('is off on a loopback address by default', async () => {
    const { api } = await open({});
    const { headers } = await api.get('/version').expect(200);
    expect(headers).not.toHaveProperty('ratelimit');
  });

  it('counts wrong credentials of an address separately, and lets valid ones pass', async () => {
    const shop = await openSecuredShop({ environment: { RATE_LIMIT: '3' } });
    shops.push(shop);
    const wrong = (): Test => shop.api.get('/version').set('Authorization', 'Bearer mr_1_wrong');
    for (const _ of [1, 2, 3]) await wrong().expect(401);
    const { headers, body } = await wrong().expect(429);
    expect(headers).toHaveProperty('retry-after');
    expect(body).toMatchObject({ detail: expect.stringContaining('More than 3 wrong credentials') as string });
    await withToken(shop.api, shop.token).get('/movies').expect(200);
    await shop.api.get('/version').expect(200);
  });

  it('counts each caller with a credential by name, wherever requests come from', async () => {
    const shop = await openSecuredShop({ environment: { RATE_LIMIT: '2' } });
    shops.push(shop);
    const [one, other] = [await shop.createKey('catalog:read'), await shop.createKey('catalog:read')];
    for (const _ of [1, 2]) await withToken(shop.api, one).get('/movies').expect(200);
    expect(await statusFrom('127.0.0.2', shop, { Authorization: `Bearer ${one}` })).toBe(429);
    await withToken(shop.api, other).get('/movies').expect(200);
  });
});
