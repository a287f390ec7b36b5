import { openSecuredShop, withToken } from '../support/auth/keys.js';
import { openShop } from '../support/app.js';
import { recordedEvents } from '../support/database/events.js';
import { refused } from '../support/http/problem.js';
import { clerk } from '../support/shop.js';
import { startIssuer } from '../support/auth/token-issuer.js';
import { until } from '../support/until.js';

/* eslint-disable @typescript-eslint/no-explicit-any -- responses are checked member by member */
type Row = Record<string, any>;

describe('a customer', () => {
  let shop: Awaited<ReturnType<typeof openSecuredShop>>;
  let issuer: Awaited<ReturnType<typeof startIssuer>>;
  let customer: typeof shop.api;
  let own: Row;
  let other: Row;
  let ownRent: Row;
  let otherRent: Row;
  beforeAll(async () => {
    issuer = await startIssuer();
    shop = await openSecuredShop({ environment: issuer.environment });
    const desk = clerk(shop.admin);
    const movie = await desk.movie(4);
    [own, other] = [await desk.client(), await desk.client()];
    await shop.admin.patch('/shop').send({ rental_days: 3 }).expect(200);
    const copy = (index: number): number => movie['copies'][index].id;
    ownRent = await desk.rent(own['id'], copy(0), copy(1));
    otherRent = await desk.rent(other['id'], copy(2), copy(3));
    const claims = { scope: 'self catalog:read', client_id: own['id'] };
    customer = withToken(shop.api, await issuer.token({ claims }));
  });
  afterAll(async () => {
    await shop.close();
    await issuer.close();
  });

  it('sees their own client, standing, rentals, lines and renewals', async () => {
    const line = ownRent['details'][0].id;
    for (const path of [
      `/clients/${own['id']}`,
      `/clients/${own['id']}/standing`,
      `/clients/${own['id']}/movie_rents`,
      `/movie_rents/${ownRent['id']}`,
      `/movie_rent_details/${line}`,
      `/movie_rent_details/${line}/renewals`,
    ]) {
      expect((await customer.get(path)).status).toBe(200);
    }
  });

  it('gets 404 for resources of other clients, as for missing ones', async () => {
    const line = otherRent['details'][0].id;
    for (const path of [
      `/clients/${other['id']}`,
      `/clients/${other['id']}/standing`,
      `/clients/${other['id']}/movie_rents`,
      `/movie_rents/${otherRent['id']}`,
      `/movie_rents/${otherRent['id']}?expand=client`,
      `/movie_rent_details/${line}`,
      `/movie_rent_details/${line}?expand=client`,
      `/movie_rent_details/${line}/renewals`,
    ]) {
      const there = await refused(customer.get(path), 404, 'not-found');
      const absent = await refused(customer.get(path.replace(/\d+/, '2147483647')), 404, 'not-found');
      expect(there['detail']).toBe(absent['detail']);
    }
  });

  it('sees lists and totals of their own rows only', async () => {
    for (const [list, count] of [
      ['/movie_rents', 1],
      ['/movie_rent_details', 2],
      ['/movie_rents?expand=client', 1],
      ['/movie_rent_details?is_open=true&sort=due_datetime', 2],
      [`/movie_rents?client_id=${own['id']}`, 1],
      [`/movie_rents?client_id=${other['id']}`, 0],
      [`/movie_rent_details?client_id=${other['id']}`, 0],
      [`/movie_rents?movie_copy_id=${otherRent['details'][0].movie_copy_id}`, 0],
    ] as const) {
      const query = `${list.includes('?') ? '&' : '?'}include_total=true&limit=1`;
      const page = await customer.get(list + query).expect(200);
      expect(page.headers['x-total-count']).toBe(String(count));
      for (const row of page.body as Row[]) expect(row['client_id'] ?? own['id']).toBe(own['id']);
      expect(JSON.stringify(page.body)).not.toContain(other['last_name']);
    }
  });

  it("sees nothing by the cursor of another caller's list", async () => {
    const { headers } = await shop.admin.get('/movie_rents?limit=1').expect(200);
    const next = /<([^>]+)>; rel="next"/.exec(headers['link'] as string)![1]!;
    const { body } = await customer.get(next).expect(200);
    expect(body).toEqual([]);
  });

  it.each(['/movie_rent_details?sort=due_datetime', '/movie_rents?sort=creation_datetime'])(
    "can't start %s after a row of another client, as after a missing one",
    async (list) => {
      const idOf = (rent: Row): number => (list.startsWith('/movie_rents') ? rent['id'] : rent['details'][0].id);
      const start = (id: number) => customer.get(`${list}&after=${id}`);
      await start(idOf(ownRent)).expect(200);
      const there = await refused(start(idOf(otherRent)), 422, 'invalid-input');
      const absent = await refused(start(2147483647), 422, 'invalid-input');
      expect(there['errors']).toMatchObject([{ parameter: 'after', code: 'unknown' }]);
      expect(JSON.stringify(there['errors'])).toBe(
        JSON.stringify(absent['errors']).replaceAll('2147483647', String(idOf(otherRent))),
      );
      await shop.admin.get(`${list}&after=${idOf(otherRent)}`).expect(200);
    },
  );

  it('renews their own lines, without override', async () => {
    const [line] = ownRent['details'] as Row[];
    const path = `/movie_rents/${ownRent['id']}/renewals`;
    const renewed = await customer.post(path).send({ details: [{ id: line!['id'] }] });
    expect(renewed.status).toBe(200);
    const override = { rules: ['renewal_limit_reached'], comment: 'Because I can.' };
    const refusal = customer.post(path).send({ details: [{ id: line!['id'] }], override });
    expect((await refused(refusal, 403, 'forbidden'))['detail']).toBe('The credential lacks the scope rentals:write.');
  });

  it('does not see which clerk renewed a line, unlike staff', async () => {
    const line = ownRent['details'][1].id;
    await shop.admin
      .post(`/movie_rents/${ownRent['id']}/renewals`)
      .send({ details: [{ id: line }] })
      .expect(200);
    const path = `/movie_rent_details/${line}/renewals`;
    const [seen] = (await shop.admin.get(path).expect(200)).body;
    expect(seen.actor).toBe((await recordedEvents(shop.databaseUrl, "type = 'line.renewed'")).at(-1)!.actor);
    expect(seen.actor).toMatch(/^key:/);
    expect((await customer.get(path).expect(200)).body).toEqual([{ ...seen, actor: null }]);
  });

  it("gets 404 before any other refusal for another client's rental", async () => {
    const path = `/movie_rents/${otherRent['id']}/renewals`;
    const unknown = { details: [{ id: 2147483647 }] };
    const absent = { details: [{ id: otherRent['details'][0].id }] };
    for (const body of [unknown, absent]) {
      await refused(customer.post(path).set('If-Match', '"old"').send(body), 404, 'not-found');
    }
    const { body } = await shop.admin.get(`/movie_rents/${otherRent['id']}`).expect(200);
    expect(body.details[0].renewals).toBe(0);
  });

  it('gets 403 for operations that are not for customers', async () => {
    for (const path of ['/clients', `/clients/${own['id']}/blocks`, '/movie_copies', '/movie_copies/1']) {
      await refused(customer.get(path), 403, 'forbidden');
    }
    const order = { client_id: own['id'], details: [{ movie_copy_id: 1 }] };
    await refused(customer.post('/movie_rents').send(order), 403, 'forbidden');
    await refused(customer.patch(`/clients/${own['id']}`).send({ max_open_copies: 99 }), 403, 'forbidden');
    await refused(customer.put(`/movie_rents/${ownRent['id']}/close`), 403, 'forbidden');
  });

  it('sees nothing if the client of the token does not exist', async () => {
    const stranger = withToken(shop.api, await issuer.token({ claims: { scope: 'self', client_id: 2147483647 } }));
    await refused(stranger.get('/clients/2147483647'), 404, 'not-found');
    expect((await stranger.get('/movie_rents').expect(200)).body).toEqual([]);
  });
});

describe('the keys of a customer', () => {
  let shop: Awaited<ReturnType<typeof openSecuredShop>>;
  let desk: ReturnType<typeof clerk>;
  beforeAll(async () => {
    shop = await openSecuredShop();
    desk = clerk(shop.admin);
  });
  afterAll(() => shop.close());

  /** Creates a client with a key, by which the client is a caller. */
  async function customer() {
    const { id } = await desk.client();
    const token = await shop.createKey('self', '--client', String(id));
    const api = withToken(shop.api, token);
    await api.get(`/clients/${id}`).expect(200);
    return { id: id as number, api };
  }

  const isRevoked = ({ api }: { api: typeof shop.api }) =>
    until('the key is revoked', async () => (await api.get('/movie_rents')).status === 401);
  const revocationsOf = async (clientId: number): Promise<Row[]> =>
    recordedEvents(
      shop.databaseUrl,
      `type = 'key.revoked' AND resource_id IN (SELECT id FROM api_key WHERE client_id = ${clientId})`,
    );

  it('are revoked when the client is erased, recorded with the caller, and once', async () => {
    const [erased, other] = [await customer(), await customer()];
    await shop.admin.post(`/clients/${erased.id}/erasure`).expect(200);
    await isRevoked(erased);
    await shop.admin.post(`/clients/${erased.id}/erasure`).expect(200);
    expect(await revocationsOf(erased.id)).toMatchObject([
      { resource: 'api_keys', actor: expect.stringMatching(/^key:/) as string },
    ]);
    await other.api.get(`/clients/${other.id}`).expect(200);
    expect(await revocationsOf(other.id)).toEqual([]);
  });

  it('are revoked when the client is merged into another, whose keys stay', async () => {
    const [survivor, duplicate] = [await customer(), await customer()];
    const merge = { client_id: duplicate.id, comment: 'Registered twice.' };
    await shop.admin.post(`/clients/${survivor.id}/merge`).send(merge).expect(200);
    await isRevoked(duplicate);
    expect(await revocationsOf(duplicate.id)).toHaveLength(1);
    await survivor.api.get(`/clients/${survivor.id}`).expect(200);
    const { body } = await survivor.api.get(`/clients/${survivor.id}/export`).expect(200);
    expect((body as Row)['api_keys']).toMatchObject([
      { revoked_datetime: null },
      { revoked_datetime: expect.any(String) as string },
    ]);
  });

  it('are revoked when the client is deleted, and not when the deletion is refused', async () => {
    const deleted = await customer();
    await refused(shop.admin.delete(`/clients/${deleted.id}`).set('If-Match', '"old"'), 412, 'precondition-failed');
    expect(await revocationsOf(deleted.id)).toEqual([]);
    await shop.admin.delete(`/clients/${deleted.id}`).expect(204);
    await isRevoked(deleted);
    expect(await revocationsOf(deleted.id)).toHaveLength(1);
  });
});

describe('personal data of clients', () => {
  let shop: Awaited<ReturnType<typeof openSecuredShop>>;
  let rent: Row;
  let desk: typeof shop.api;
  beforeAll(async () => {
    shop = await openSecuredShop();
    const stock = clerk(shop.admin);
    const { copies } = await stock.movie(1);
    const client = await stock.client({ last_name: 'Personal' });
    rent = await stock.rent(client['id'], copies[0].id);
    desk = withToken(shop.api, await shop.createKey('catalog:read,rentals:read,rentals:write'));
  });
  afterAll(() => shop.close());

  it.each([
    '/movie_rents?expand=client',
    '/movie_rents?%65xpand=client',
    '/movie_rents?expand=%63lient',
    '/movie_rents?expand=client&limit=5',
    '/movie_rents/1?expand=client',
    '/movie_rents/2147483647?expand=client',
    '/clients/1/movie_rents?expand=client',
    '/movie_rent_details?expand=client',
    '/movie_rent_details/1?expand=client',
  ])('are expanded only with clients:read: %s', async (path) => {
    const { detail } = await refused(desk.get(path), 403, 'forbidden');
    expect(detail).toBe('The credential lacks the scope clients:read.');
    expect((await desk.head(path)).status).toBe(403);
  });

  it('are in no other response to a caller without clients:read', async () => {
    for (const path of ['/movie_rents', `/movie_rents/${rent['id']}`, '/movie_rent_details', '/movie_copies']) {
      expect((await desk.get(path).expect(200)).text).not.toContain('Personal');
    }
  });

  it('are not compared with a client that a caller without clients:read sends', async () => {
    const expanded = (await shop.admin.get(`/movie_rents/${rent['id']}?expand=client`).expect(200)).body as Row;
    const { client, details, client_id } = expanded;
    const lines = (details as Row[]).map(({ id, movie_copy_id }) => ({ id, movie_copy_id }));
    const body = { client_id, client, details: lines };
    await refused(desk.put(`/movie_rents/${rent['id']}`).send(body), 403, 'forbidden');
    const guessed = { ...body, client: { ...client, last_name: 'Guessed' } };
    await refused(desk.put(`/movie_rents/${rent['id']}`).send(guessed), 403, 'forbidden');
    await shop.admin.put(`/movie_rents/${rent['id']}`).send(body).expect(200);
  });

  it('are shown by a service without authentication', async () => {
    const open = await openShop();
    await open.api.get('/movie_rents?expand=client').expect(200);
    await open.close();
  });
});
