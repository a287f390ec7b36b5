import { randomUUID } from 'node:crypto';
import { openShop } from '../support/app.js';
import { isSqlite } from '../support/engine.js';
import { eventsShown, recordedEvents } from '../support/database/events.js';
import { keys, openSecuredShop, secretOf, withToken } from '../support/auth/keys.js';
import { queryRaw } from '../support/database/raw-database.js';
import { refused } from '../support/http/problem.js';
import { until } from '../support/until.js';

describe('API keys', () => {
  let shop: Awaited<ReturnType<typeof openSecuredShop>>;
  beforeAll(async () => (shop = await openSecuredShop()));
  afterAll(() => shop.close());

  const run = (...args: string[]) => keys(shop.databaseUrl, ...args);
  const status = async (token: string, path = '/movies') => (await withToken(shop.api, token).get(path)).status;

  it('work immediately after they are created, while the service runs', async () => {
    for (let count = 0; count < 3; count++) {
      expect(await status(await shop.createKey('catalog:read'))).toBe(200);
    }
  });

  it('are stored as a digest, and shown once', async () => {
    const token = await shop.createKey('catalog:read');
    const secret = secretOf(token);
    expect(token).toMatch(/^mr_\d+_[\w-]{43}$/);
    const list = await run('list');
    const rows = await queryRaw(shop.databaseUrl, 'SELECT * FROM api_key');
    expect(list + JSON.stringify(rows)).not.toContain(secret);
    expect(list).toMatch(/usable .*catalog:read/);
  });

  it('are recorded when they are created, rotated and revoked, by name, without secret and digest', async () => {
    const tokens = [
      await run('create', '--name', 'recorded', '--scopes', 'self', '--client', '7', '--expires', '90d'),
      await run('rotate', '--name', 'recorded', '--overlap', '24h'),
      await run('rotate', '--name', 'recorded'),
    ];
    await run('revoke', '--name', 'recorded');
    const all = await recordedEvents(shop.databaseUrl, "resource = 'api_keys'");
    const recorded = all.filter(({ changes }) => changes['name'] === 'recorded');
    const rows = await queryRaw<{ id: number; digest: string; expiry_datetime: string }>(
      shop.databaseUrl,
      "SELECT * FROM api_key WHERE name = 'recorded' ORDER BY id",
    );
    const [first, second, third] = rows.map(({ id }) => id);
    expect(recorded.map(({ type, resource_id, actor }) => [type, resource_id, actor])).toEqual([
      ['key.created', first, 'keys:create'],
      ['key.limited', first, 'keys:rotate'],
      ['key.created', second, 'keys:rotate'],
      ['key.revoked', first, 'keys:rotate'],
      ['key.revoked', second, 'keys:rotate'],
      ['key.created', third, 'keys:rotate'],
      ['key.revoked', third, 'keys:revoke'],
    ]);
    expect(recorded[0]!.changes).toMatchObject({ scopes: ['self'], client_id: 7 });
    expect(recorded[1]!.changes).toMatchObject({ expiry_datetime: { to: rows[0]!.expiry_datetime } });
    const text = JSON.stringify(await queryRaw(shop.databaseUrl, 'SELECT * FROM event'));
    const secrets = [...tokens.map(secretOf), ...rows.map(({ digest }) => digest)];
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    await eventsShown(shop.databaseUrl);
    const { body } = await shop.admin.get('/events?resource=api_keys&actor=keys:revoke').expect(200);
    expect(body).toMatchObject([{ type: 'key.revoked', resource_id: third, request_id: null }]);
  });

  it.each([
    ['an unknown id', (token: string) => token.replace(/_\d+_/, '_2000000000_')],
    ['an id beyond int32', (token: string) => token.replace(/_\d+_/, '_9999999999_')],
    ['another secret', (token: string) => token.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'))],
    ['a secret that is too long', (token: string) => `${token}A`],
    ['no secret', () => 'mr_1_'],
    ['another prefix', (token: string) => token.replace('mr_', 'mx_')],
  ])('are refused with %s, all with the same problem', async (_, broken) => {
    const request = { 'X-Request-Id': 'same' };
    const refuse = (token: string) => withToken(shop.api, token).get('/movies').set(request);
    const reference = await refuse(`mr_${'9'.repeat(9)}_${'A'.repeat(43)}`);
    const answer = await refuse(broken(shop.token));
    expect(answer.status).toBe(401);
    expect(answer.text).toBe(reference.text);
    expect({ ...answer.headers, date: '' }).toEqual({ ...reference.headers, date: '' });
    expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
  });

  it.each(['Basic c2hvcDpzaG9w', 'Bearer', 'Bearer ', '', 'Bearer a b', 'bearer\ttoken', 'Token abc'])(
    'are refused in another form of Authorization: "%s"',
    async (authorization) => {
      await refused(shop.api.get('/version').set('Authorization', authorization), 401, 'unauthorized');
    },
  );

  it('are accepted in any case of the scheme', async () => {
    await shop.api.get('/movies').set('Authorization', `bEARER ${shop.token}`).expect(200);
  });

  it('are not needed, and not checked, for health checks', async () => {
    expect((await withToken(shop.api, 'none').get('/health/live')).status).toBe(200);
    expect((await shop.api.get('/health/ready')).status).toBe(200);
  });

  it('are refused after they expire', async () => {
    const token = await shop.createKey('catalog:read', '--expires', '30d');
    expect(await status(token)).toBe(200);
    shop.clock.set(new Date(Date.now() + 31 * 24 * 60 * 60 * 1000).toISOString());
    expect(await status(token)).toBe(401);
    shop.clock.run();
  });

  it('are refused on every instance within 5 seconds after they are revoked', async () => {
    const name = randomUUID();
    const token = await run('create', '--name', name, '--scopes', 'catalog:read');
    // A SQLite file is served by one process.
    const other = isSqlite() ? undefined : await openShop({ databaseUrl: shop.databaseUrl });
    const instances = [shop.api, ...(other ? [other.api] : [])].map((api) => withToken(api, token));
    for (const api of instances) await api.get('/movies').expect(200);
    await run('revoke', '--name', name);
    const revokedAt = performance.now();
    await Promise.all(
      instances.map(async (api) => {
        let lastSentAt = -Infinity;
        await until('the key is refused', async () => {
          const sentAt = performance.now();
          const isServed = (await api.get('/movies')).status === 200;
          if (isServed) lastSentAt = sentAt;
          return !isServed;
        });
        expect(lastSentAt - revokedAt).toBeLessThan(5_000);
      }),
    );
    await other?.close();
  });

  it('are replaced by rotation, with an overlap if one is given', async () => {
    const former = await run('create', '--name', 'rotated', '--scopes', 'catalog:read', '--expires', '90d');
    const overlapping = await run('rotate', '--name', 'rotated', '--overlap', '24h');
    expect(await status(former)).toBe(200);
    expect(await status(overlapping)).toBe(200);
    const latest = await run('rotate', '--name', 'rotated');
    expect(await status(latest)).toBe(200);
    for (const token of [former, overlapping]) {
      await until('the former key is refused', async () => (await status(token)) === 401);
    }
    expect((await run('list')).match(/rotated .*/g)).toEqual([
      expect.stringMatching(/revoked/),
      expect.stringMatching(/revoked/),
      expect.stringMatching(/usable/),
    ]);
  });

  it.each([
    [['create', '--name', 'a b', '--scopes', 'admin'], /--name must be/],
    [['create', '--name', 'desk', '--scopes', 'catalog:red'], /unknown scopes: catalog:red/],
    [['create', '--name', 'desk', '--scopes', ''], /--scopes is missing/],
    [['create', '--name', 'desk', '--scopes', 'self'], /self and --client <id> belong together/],
    [['create', '--name', 'desk', '--scopes', 'admin', '--client', '1'], /self and --client <id> belong together/],
    [['create', '--name', 'desk', '--scopes', 'admin', '--expires', 'soon'], /--expires must be a time/],
    [['revoke', '--name', 'unknown'], /no usable key named unknown/],
    [['list', '--name', 'desk'], /list takes no --name/],
    [['destroy'], /action must be create, list, rotate or revoke/],
    [['create', '--nmae', 'desk'], /Unknown option '--nmae'.*Usage: npm run keys --/s],
  ])('are not created by %j', async (args, message) => {
    await expect(run(...args)).rejects.toThrow(message);
  });

  it('have unique names', async () => {
    await run('create', '--name', 'taken', '--scopes', 'catalog:read');
    await expect(run('create', '--name', 'taken', '--scopes', 'catalog:read')).rejects.toThrow('a key named taken');
  });
});
