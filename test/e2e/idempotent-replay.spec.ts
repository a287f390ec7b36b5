import { randomUUID } from 'node:crypto';
import { call, executable, type Operation, operations } from '../support/http/operations.js';
import { executeRaw, queryRaw } from '../support/database/raw-database.js';
import { refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

describe('stored responses of an Idempotency-Key', () => {
  const shop = useShop();
  beforeAll(async () => {
    await shop.clerk.movie(1);
    await shop.clerk.client();
  });

  const keptRows = () => queryRaw(shop.databaseUrl, 'SELECT * FROM idempotency_key');

  const person = { first_name: 'Etsuko', last_name: 'Ichihara', address: '5 Shinjuku', license_number: 'TK-1' };

  describe('of a deleted client', () => {
    it('are erased with the client, and a retry returns 409 without personal data', async () => {
      const key = randomUUID();
      const send = (body: object) => shop.api.post('/clients').send(body).set('Idempotency-Key', key);
      const { headers } = await send(person).expect(201);
      const location = headers['location']!;
      await shop.api.patch(location).send({ address: '6 Shinjuku' }).expect(200);
      await shop.api.delete(location).expect(204);
      for (const body of [person, { first_name: 'Other', last_name: 'Person', address: 'Other' }]) {
        const problem = await refused(send(body), 409, 'idempotency-answer-gone');
        expect(problem['resource']).toBe(location);
        expect(JSON.stringify(problem)).not.toMatch(/Etsuko|Ichihara|Shinjuku|TK-1/);
      }
      expect(JSON.stringify(await keptRows())).not.toMatch(/Etsuko|Ichihara|Shinjuku|TK-1/);
    });

    it('stay if the client cannot be deleted', async () => {
      const send = () =>
        shop.api
          .post('/clients')
          .send({ ...person, license_number: 'TK-2' })
          .set('Idempotency-Key', 'stays');
      const { body, text, headers } = await send().expect(201);
      await shop.clerk.rent(body.id, 1);
      await refused(shop.api.delete(headers['location']!), 409, 'client-has-rents');
      expect((await send().expect(201)).text).toBe(text);
    });
  });

  it.each([
    ['the rental is deleted', (rentId: number) => shop.api.delete(`/movie_rents/${rentId}`)],
    [
      'a correction deletes the line',
      (rentId: number, clientId: number, [, second]: readonly { movie_copy_id: number }[]) =>
        shop.api.put(`/movie_rents/${rentId}`).send({ client_id: clientId, details: [second] }),
    ],
    [
      'a correction moves the rental to another client',
      async (rentId: number, _: number, lines: readonly { movie_copy_id: number }[]) =>
        shop.api.put(`/movie_rents/${rentId}`).send({ client_id: (await shop.clerk.client())['id'], details: lines }),
    ],
  ])('of a line are erased if %s', async (_, change) => {
    const { id: clientId } = await shop.clerk.client();
    const { copies } = await shop.clerk.movie(2);
    const { id: rentId, details } = await shop.clerk.rent(clientId as number, copies[0].id, copies[1].id);
    const lines = details.map(({ id, movie_copy_id }: Record<string, number>) => ({ id, movie_copy_id }));
    const undo = () =>
      shop.api
        .post(`/movie_rent_details/${lines[0].id}/undo_return`)
        .set('Idempotency-Key', `undo-${rentId}`)
        .send({ comment: 'A wrong scan.' });
    await undo().expect(200);
    expect((await change(rentId, clientId, lines)).status).toBeLessThan(300);
    await refused(undo(), 409, 'idempotency-answer-gone');
  });

  it.each(operations.filter(({ method }) => method === 'post'))(
    'lead to 409 idempotency-answer-gone if they were too large to store: $operationId',
    async (operation) => {
      const key = randomUUID();
      const post = await executable(operation, shop);
      const first = await call(shop.api, post).set('Idempotency-Key', key);
      expect([first.status, first.status < 300 ? '' : first.text]).toEqual([first.status, '']);
      await executeRaw(shop.databaseUrl, `UPDATE idempotency_key SET answer = '' WHERE key = '${key}'`);
      const { resource } = await refused(
        call(shop.api, post).set('Idempotency-Key', key),
        409,
        'idempotency-answer-gone',
      );
      expect(resource).toBe(first.headers['location'] ?? changedBy(post));
      await shop.api.get(resource as string).expect(200);
    },
  );

  it('are replayed regardless of the order of members, null for absent, space around text and a slash after the path', async () => {
    const send = (path: string, json: string) =>
      shop.api.post(path).set('Content-Type', 'application/json').send(json).set('Idempotency-Key', 'same');
    const { text } = await send('/clients', '{"first_name":"Caf\u00e9","last_name":"B","address":"C"}').expect(201);
    for (const [path, json] of [
      ['/clients', '{"address":"C","last_name":"B","first_name":"Caf\u00e9"}'],
      ['/clients', '{"first_name":" Cafe\u0301 ","last_name":"B","address":"C ","license_number":null,"id":7}'],
      ['/clients/', '{ "first_name": "Caf\u00e9", "last_name": "B", "address": "C" }'],
    ] as const) {
      expect((await send(path, json).expect(201)).text).toBe(text);
    }
    for (const json of [
      '{"first_name":"Caf\u00e9","last_name":"b","address":"C"}',
      '{"first_name":"B","last_name":"Caf\u00e9","address":"C"}',
    ]) {
      await refused(send('/clients', json), 422, 'idempotency-key-reused');
    }
  });

  it('distinguish null from absence if null removes a member', async () => {
    const send = (body: object) => shop.api.post('/genres/1').send(body).set('Idempotency-Key', 'removes');
    await send({ name: 'Kept' }).expect(200);
    await refused(send({ name: 'Kept', description: null }), 422, 'idempotency-key-reused');
  });

  it.each([
    ['deleted', (rental: string) => shop.api.delete(rental).expect(204)],
    [
      'moved to another client',
      async (rental: string) => {
        const { id } = await shop.clerk.client();
        const { body } = await shop.api.get(rental).expect(200);
        await shop.api
          .put(rental)
          .send({ ...body, client_id: id })
          .expect(200);
        await shop.api.put(`${rental}/close`).expect(200);
      },
    ],
  ])('are erased for a rental that showed the client and was %s', async (how, change) => {
    const { body: client } = await shop.api
      .post('/clients')
      .send({ ...person, license_number: null })
      .expect(201);
    const { copies } = await shop.clerk.movie(1);
    const order = { client_id: client.id, client, details: [{ movie_copy_id: copies[0].id }] };
    const send = () =>
      shop.api.post('/movie_rents').send(order).set('Idempotency-Key', `shows ${how}`.replaceAll(' ', '-'));
    const { headers, text } = await send().expect(201);
    expect(text).toContain('Ichihara');
    await change(headers['location']!);
    await shop.api.delete(`/clients/${client.id}`).expect(204);
    const problem = await refused(send(), 409, 'idempotency-answer-gone');
    expect(JSON.stringify(problem)).not.toMatch(/Etsuko|Ichihara|Shinjuku/);
  });
});

/** Returns the path of the resource that an operation changes without creating one. */
const changedBy = ({ operationId, path }: Operation): string =>
  operationId === 'returnStack' ? '/movie_rent_details' : path.replace('{id}', '1').split('/').slice(0, 3).join('/');
