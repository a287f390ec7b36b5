import type { Api } from '../support/app.js';
import { keys, openSecuredShop, withToken } from '../support/keys.js';

describe('An Idempotency-Key', () => {
  let shop: Awaited<ReturnType<typeof openSecuredShop>>;
  beforeAll(async () => (shop = await openSecuredShop()));
  afterAll(() => shop.close());

  const createKey = async (name: string, scopes: string): Promise<Api> =>
    withToken(shop.api, await keys(shop.databaseUrl, 'create', '--name', name, '--scopes', scopes));
  const add = (caller: Api, name: string, key: string) =>
    caller.post('/genres').set('Idempotency-Key', key).send({ name });

  it('belongs to its caller: the same key of another caller is unused', async () => {
    const [first, second] = [await createKey('desk-1', 'catalog:write'), await createKey('desk-2', 'catalog:write')];
    await add(first, 'Drama', 'shared').expect(201);
    const other = await add(second, 'Comedy', 'shared').expect(201);
    expect(other.headers).not.toHaveProperty('idempotency-replayed');
    const replayed = await add(second, 'Comedy', 'shared').expect(201);
    expect(replayed.headers).toMatchObject({ 'idempotency-replayed': 'true' });
    expect(replayed.text).toBe(other.text);
    await add(first, 'Comedy', 'shared').expect(422);
  });

  it('is in use for its caller only', async () => {
    const callers: Api[] = [];
    for (let index = 0; index < 8; index++) callers.push(await createKey(`parallel-desk-${index}`, 'catalog:write'));
    const answers = await Promise.all(callers.map((caller, index) => add(caller, `Genre ${index}`, 'parallel')));
    expect(answers.map(({ status }) => status)).toEqual(callers.map(() => 201));
  });

  it('is authorized for each request: a caller without the scope gets no stored response', async () => {
    const url = shop.databaseUrl;
    await add(await createKey('desk-3', 'catalog:write'), 'Western', 'kept').expect(201);
    await keys(url, 'revoke', '--name', 'desk-3');
    await add(await createKey('desk-3', 'catalog:read'), 'Western', 'kept').expect(403);
    await keys(url, 'revoke', '--name', 'desk-3');
    const { headers } = await add(await createKey('desk-3', 'catalog:write'), 'Western', 'kept').expect(201);
    expect(headers).toMatchObject({ 'idempotency-replayed': 'true' });
  });
});
