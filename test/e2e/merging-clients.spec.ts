/* eslint-disable @typescript-eslint/no-explicit-any -- answers are checked member by member */
import { randomUUID } from 'node:crypto';
import { recordedEvents } from '../support/database/events.js';
import { invariantViolations } from '../support/database/invariants.js';
import { queryRaw } from '../support/database/raw-database.js';
import { faultyMembers, refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

describe('merging two records of one client', () => {
  const shop = useShop();

  const comment = 'Registered twice.';
  const merge = (id: number, duplicateId: number, members: object = {}) =>
    shop.api.post(`/clients/${id}/merge`).send({ client_id: duplicateId, comment, ...members });
  const client = async (members: object = {}): Promise<number> => (await shop.clerk.client(members)).id;
  const copy = async (): Promise<number> => (await shop.clerk.movie(1)).copies[0].id;
  const rentOf = (clientId: number, ...copyIds: number[]) => shop.clerk.rent(clientId, ...copyIds);
  const rentIdsOf = async (clientId: number): Promise<number[]> =>
    (await shop.api.get(`/clients/${clientId}/movie_rents`).expect(200)).body.map(({ id }: { id: number }) => id);
  const recordedOf = async (id: number): Promise<[string, any][]> =>
    (await recordedEvents(shop.databaseUrl, `type = 'client.merged' AND resource_id = ${id}`)).map(
      ({ type, changes }) => [type, changes],
    );

  it('moves its rentals, open ones too, and its blocks, deletes the duplicate and records it', async () => {
    const [id, duplicate] = [await client(), await client()];
    const own = await rentOf(id, await copy());
    const [closed, open] = [await rentOf(duplicate, await copy()), await rentOf(duplicate, await copy(), await copy())];
    await shop.clerk.close(closed['id']);
    const { body: block } = await shop.api.post(`/clients/${duplicate}/blocks`).send({ reason: 'Scratches' });
    const before = (await shop.api.get(`/movie_rents/${open['id']}`)).body;

    const { body } = await merge(id, duplicate).expect(200);
    expect(body).toEqual((await shop.api.get(`/clients/${id}`).expect(200)).body);
    await refused(shop.api.get(`/clients/${duplicate}`), 404, 'not-found');
    expect(await rentIdsOf(id)).toEqual([own['id'], closed['id'], open['id']]);
    // Only the client has changed: times, terms and due dates stay.
    expect((await shop.api.get(`/movie_rents/${open['id']}`)).body).toEqual({ ...before, client_id: id });
    expect((await shop.api.get(`/clients/${id}/blocks`)).body).toEqual([{ ...block, client_id: id }]);
    expect((await shop.api.get(`/clients/${id}/standing`)).body).toMatchObject({
      open_copies: 3,
      blocks: [{ id: block.id }],
    });
    expect(await recordedOf(id)).toEqual([
      [
        'client.merged',
        {
          client_id: duplicate,
          comment,
          moved: { movie_rents: 2, client_blocks: 1, imported_rows: 0 },
          taken_members: [],
        },
      ],
    ]);
    await shop.clerk.close(open['id']);
  });

  it('takes missing members from the duplicate, except the name, and keeps existing ones', async () => {
    const full = { address: '1 Quay', license_number: 'M-1', email: 'm@x.example', phone: '1', max_open_copies: 2 };
    const [bare, other] = [await client({ first_name: null }), await client({ ...full })];
    const { body } = await merge(bare, other).expect(200);
    expect(body).toMatchObject({ ...full, address: '12 Mower Lane', first_name: null });
    expect((await recordedOf(bare))[0]![1].taken_members).toEqual([
      'license_number',
      'email',
      'phone',
      'max_open_copies',
    ]);
    expect(JSON.stringify(await recordedOf(bare))).not.toMatch(/M-1|m@x/);
    expect((await shop.api.get('/clients?license_number=m-1')).body).toEqual([body]);
    const rich = await client({ ...full, license_number: 'M-2', email: 'rich@x.example' });
    const { body: merged } = await merge(rich, bare).expect(200);
    expect(merged).toMatchObject({ license_number: 'M-2', email: 'rich@x.example' });
    expect((await shop.api.get('/clients?license_number=M-1')).body).toEqual([]);
  });

  it('removes the name of the duplicate from the search', async () => {
    const duplicate = await client({ last_name: 'Zwetschgenbaum' });
    await merge(await client(), duplicate).expect(200);
    expect((await shop.api.get('/clients?name=zwetschgenbaum')).body).toEqual([]);
  });

  it('changes the ETag of rentals that were moved', async () => {
    const [id, duplicate] = [await client(), await client()];
    const { id: rentId, details } = await rentOf(duplicate, await copy());
    const paths = [`/movie_rents/${rentId}`, `/movie_rent_details/${details[0].id}`];
    const tags = async () =>
      Promise.all(paths.map(async (path) => (await shop.api.get(path).expect(200)).headers['etag']!));
    const [before] = [await tags()];
    await merge(id, duplicate).expect(200);
    const after = await tags();
    expect(after.filter((tag, index) => tag === before[index])).toEqual([]);
    const stale = shop.api.put(`/movie_rents/${rentId}/close`).set('If-Match', before[0]!);
    await refused(stale, 412, 'precondition-failed');
  });

  it('applies the limit of the client to the loans of both records', async () => {
    const [id, duplicate] = [await client({ max_open_copies: 2 }), await client()];
    await rentOf(id, await copy());
    await rentOf(duplicate, await copy());
    await merge(id, duplicate).expect(200);
    const order = { client_id: id, details: [{ movie_copy_id: await copy() }] };
    const { errors } = await refused(shop.api.post('/movie_rents').send(order), 409, 'check-out-refused');
    expect(errors).toMatchObject([{ code: 'limit_reached', limit: 2, open: 2 }]);
    const former = { ...order, client_id: duplicate };
    expect(await faultyMembers(shop.api.post('/movie_rents').send(former))).toEqual(['#/client_id']);
  });

  it('works repeatedly, from client to client', async () => {
    const [first, second, third] = [await client(), await client(), await client()];
    const { id } = await rentOf(third, await copy());
    await merge(second, third).expect(200);
    await merge(first, second).expect(200);
    expect(await rentIdsOf(first)).toEqual([id]);
  });

  describe('and stored responses of an Idempotency-Key', () => {
    const person = { first_name: 'Etsuko', last_name: 'Ichihara', address: '5 Shinjuku', license_number: 'TK-9' };
    const personal = /Etsuko|Ichihara|Shinjuku|TK-9|Private/;
    const keptRows = () => queryRaw(shop.databaseUrl, 'SELECT * FROM idempotency_key');

    it('erases those that show the duplicate, and no others', async () => {
      const id = await client();
      const post = (path: string, body?: object, key = randomUUID()) => {
        const send = () => shop.api.post(path).set('Idempotency-Key', key).send(body);
        return { send, first: send() };
      };
      const added = post('/clients', person);
      const duplicate = (await added.first.expect(201)).body;
      const blocked = post(`/clients/${duplicate.id}/blocks`, { reason: 'Private matters', until: '2026-01-01' });
      await blocked.first.expect(201);
      const lent = post('/movie_rents', {
        client_id: duplicate.id,
        client: duplicate,
        details: [{ movie_copy_id: await copy() }],
      });
      const rent = (await lent.first.expect(201)).body;
      expect(rent.client).toEqual(duplicate);
      const lost = post(`/movie_rent_details/${rent.details[0].id}/lost`);
      await lost.first.expect(200);
      const other = post('/movie_rents', { client_id: id, details: [{ movie_copy_id: await copy() }] });
      const kept = (await other.first.expect(201)).text;

      await merge(id, duplicate.id).expect(200);
      for (const { send } of [added, blocked, lent, lost]) {
        expect(JSON.stringify(await refused(send(), 409, 'idempotency-answer-gone'))).not.toMatch(personal);
      }
      expect(JSON.stringify(await keptRows())).not.toMatch(personal);
      expect((await other.send().expect(201)).text).toBe(kept);
    });

    it('replays the response of the merge itself', async () => {
      const [id, duplicate] = [await client(), await client()];
      const send = () => merge(id, duplicate).set('Idempotency-Key', 'merge-once');
      const { text } = await send().expect(200);
      const again = await send().expect(200);
      expect([again.text, again.headers['idempotency-replayed']]).toEqual([text, 'true']);
      expect(await recordedOf(id)).toHaveLength(1);
      await merge(await client(), id).expect(200);
      const { resource } = await refused(send(), 409, 'idempotency-answer-gone');
      expect(resource).toBe(`/clients/${id}`);
    });
  });

  describe('with concurrent requests', () => {
    it('loses no rental beside rentals, returns, corrections and the deletion of the duplicate', async () => {
      for (let round = 0; round < 5; round++) {
        const [id, duplicate, third] = [await client(), await client(), await client()];
        const copies = await Promise.all(Array.from({ length: 8 }, copy));
        const [closed, returned, taken, given] = [
          await rentOf(duplicate, copies[0]!),
          await rentOf(duplicate, copies[1]!),
          await rentOf(third, copies[2]!),
          await rentOf(duplicate, copies[3]!),
        ];
        const amend = (rent: Record<string, any>, clientId: number) =>
          shop.api
            .put(`/movie_rents/${rent['id']}`)
            .send({ client_id: clientId, details: [{ movie_copy_id: rent['details'][0].movie_copy_id }] });
        const lend = (copyId: number) =>
          shop.api.post('/movie_rents').send({ client_id: duplicate, details: [{ movie_copy_id: copyId }] });
        const all = await Promise.all([
          lend(copies[4]!),
          lend(copies[5]!),
          merge(id, duplicate),
          lend(copies[6]!),
          shop.api.put(`/movie_rents/${closed['id']}/close`),
          shop.api.post(`/movie_rents/${returned['id']}/returns`).send({ details: [{ movie_copy_id: copies[1]! }] }),
          amend(taken, duplicate),
          amend(given, third),
          shop.api.delete(`/clients/${duplicate}`),
          lend(copies[7]!),
        ]);
        const got = all.map(({ status }) => status);
        const lent = all.filter((_, index) => [0, 1, 3, 9].includes(index));
        expect(lent.every(({ status }) => [201, 422].includes(status))).toBe(true);
        expect([got[2], got[4], got[5], got[7]]).toEqual([200, 200, 200, 200]);
        expect([200, 422]).toContain(got[6]);
        expect([404, 409]).toContain(got[8]);
        const expected = [closed['id'], returned['id'], ...(got[6] === 200 ? [taken['id']] : [])];
        expected.push(...lent.filter(({ status }) => status === 201).map(({ body }) => body.id));
        expect(await rentIdsOf(id)).toEqual(expected.sort((a: number, b: number) => a - b));
        expect(await rentIdsOf(third)).toContain(given['id']);
      }
    });
  });

  it('violates no invariant', async () => {
    expect(await invariantViolations(shop.databaseUrl)).toEqual([]);
  });
});
