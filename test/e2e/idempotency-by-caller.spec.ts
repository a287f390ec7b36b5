import type { Api } from '../support/app.js';
import { keys, openSecuredShop, withToken } from '../support/auth/keys.js';
import { refused } from '../support/http/problem.js';
import { clerk } from '../support/shop.js';

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

  it('of a customer is authorized for each request: the rental of another client is 404 before any replay', async () => {
    const desk = clerk(shop.admin);
    await shop.admin.patch('/shop').send({ rental_days: 3 }).expect(200);
    const { id: genreId } = await desk.genre({ name: 'Road movie' });
    const { copies } = await desk.movie(1, { genre_id: genreId });
    const [first, second] = [await desk.client(), await desk.client()];
    const rent = await desk.rent(first['id'], copies[0].id);
    const details = [{ id: rent['details'][0].id, movie_copy_id: copies[0].id }];
    const path = `/movie_rents/${rent['id']}/renewals`;
    const renew = (caller: Api, body: object = { details: [{ id: details[0]!.id }] }) =>
      caller.post(path).set('Idempotency-Key', 'renewed').send(body);
    const asCustomer = async (client: Record<string, unknown>): Promise<Api> => {
      const rights = ['--scopes', 'self', '--client', String(client['id'])];
      return withToken(shop.api, await keys(shop.databaseUrl, 'create', '--name', 'app', ...rights));
    };
    const moveTo = (client: Record<string, unknown>) =>
      shop.admin.put(`/movie_rents/${rent['id']}`).send({ client_id: client['id'], details }).expect(200);

    const former = await asCustomer(first);
    await renew(former).expect(200);
    expect((await renew(former).expect(200)).headers).toMatchObject({ 'idempotency-replayed': 'true' });
    await moveTo(second);
    for (const body of [{ details: [{ id: details[0]!.id }] }, { details: [{ id: 2147483647 }] }]) {
      await refused(renew(former, body), 404, 'not-found');
    }
    await moveTo(first);
    await keys(shop.databaseUrl, 'revoke', '--name', 'app');
    const namesake = await asCustomer(second);
    await refused(renew(namesake), 404, 'not-found');
    await moveTo(second);
    expect((await renew(namesake).expect(200)).headers).not.toHaveProperty('idempotency-replayed');
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
