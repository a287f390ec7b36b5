/* eslint-disable @typescript-eslint/no-explicit-any -- answers are checked member by member */
import { queryRaw } from '../support/database/raw-database.js';
import { faultyMembers, refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

describe('blocks of clients', () => {
  const shop = useShop();

  const clientId = async (): Promise<number> => (await shop.clerk.client()).id;
  const post = (id: number, body: object) => shop.api.post(`/clients/${id}/blocks`).send(body);
  const block = async (id: number, body: object = { reason: 'Scratched discs' }): Promise<Record<string, any>> =>
    (await post(id, body).expect(201)).body;

  it('are added with or without an end, read, listed and removed, and recorded without the reason', async () => {
    const id = await clientId();
    const { body, headers } = await post(id, { reason: 'Scratched discs', until: '2026-06-30' }).expect(201);
    expect(body).toEqual({
      id: expect.any(Number),
      client_id: id,
      reason: 'Scratched discs',
      until: '2026-06-30',
      creation_datetime: expect.stringMatching(/Z$/),
    });
    expect(headers['location']).toBe(`/client_blocks/${body.id}`);
    const endless = await block(id);
    expect(endless['until']).toBeNull();
    expect((await shop.api.get(`/client_blocks/${body.id}`).expect(200)).body).toEqual(body);
    expect((await shop.api.get(`/clients/${id}/blocks`).expect(200)).body).toEqual([body, endless]);
    await shop.api.delete(`/client_blocks/${body.id}`).expect(204);
    await refused(shop.api.delete(`/client_blocks/${body.id}`), 404, 'not-found');
    expect((await shop.api.get(`/clients/${id}/blocks`).expect(200)).body).toEqual([endless]);
    const events = await queryRaw<{ type: string; changes: string }>(
      shop.databaseUrl,
      `SELECT type, changes FROM event WHERE type LIKE 'client.block%' AND resource_id = ${id} ORDER BY id`,
    );
    expect(events.map(({ type, changes }) => [type, JSON.parse(changes)])).toEqual([
      ['client.blocked', { client_block_id: body.id, until: '2026-06-30' }],
      ['client.blocked', { client_block_id: endless['id'], until: null }],
      ['client.block_removed', { client_block_id: body.id, until: '2026-06-30' }],
    ]);
  });

  it('need a reason and a date of the calendar', async () => {
    const id = await clientId();
    expect(await faultyMembers(post(id, { until: '2026-02-30' }))).toEqual(['#/reason', '#/until']);
    await refused(post(999_999, { reason: 'x' }), 404, 'not-found');
    await refused(shop.api.get('/clients/999999/blocks'), 404, 'not-found');
  });

  it('are removed only if If-Match matches', async () => {
    const { id } = await block(await clientId());
    await refused(shop.api.delete(`/client_blocks/${id}`).set('If-Match', '"other"'), 412, 'precondition-failed');
    const { headers } = await shop.api.get(`/client_blocks/${id}`);
    await shop.api.delete(`/client_blocks/${id}`).set('If-Match', headers['etag']!).expect(204);
  });

  it('are deleted with their client, and so are stored responses with their reasons', async () => {
    const id = await clientId();
    const send = () => post(id, { reason: 'Private matters' }).set('Idempotency-Key', `block-${id}`);
    await send().expect(201);
    await shop.api.delete(`/clients/${id}`).expect(204);
    expect(await queryRaw(shop.databaseUrl, `SELECT id FROM client_block WHERE client_id = ${id}`)).toEqual([]);
    await refused(send(), 409, 'idempotency-answer-gone');
  });

  it('stay if the client cannot be deleted', async () => {
    const id = await clientId();
    const { id: rentId } = await shop.clerk.rent(id, (await shop.clerk.movie(1)).copies[0].id);
    await shop.clerk.close(rentId);
    await block(id);
    await refused(shop.api.delete(`/clients/${id}`), 409, 'client-has-rents');
    expect((await shop.api.get(`/clients/${id}/blocks`)).body).toHaveLength(1);
  });

  describe('and the rest of the standing of a client', () => {
    beforeEach(() => shop.clock.run());
    const setPolicy = (members: object) => shop.clerk.setPolicy(members);
    afterEach(() => setPolicy({}));
    const standing = async (id: number) => (await shop.api.get(`/clients/${id}/standing`).expect(200)).body;

    it('are empty for a client without open copies, in a shop without rules', async () => {
      const id = await clientId();
      expect(await standing(id)).toEqual({
        client_id: id,
        open_copies: 0,
        overdue_copies: 0,
        max_open_copies: null,
        details: [],
        blocks: [],
        refusals: [],
      });
      await refused(shop.api.get('/clients/999999/standing'), 404, 'not-found');
    });

    it('show open lines in the order of due dates, and the refusals of one more copy', async () => {
      shop.clock.set('2026-02-01T12:00:00.000Z');
      const id = await clientId();
      const copyOf = async (members: Record<string, unknown>): Promise<number> =>
        (await shop.clerk.movie(1, members)).copies[0].id;
      const neverDue = await copyOf({});
      await shop.clerk.rent(id, neverDue);
      await setPolicy({ rental_days: 5, block_when_overdue: true, max_open_copies: 3 });
      const [late, later] = [await copyOf({}), await copyOf({ rental_days: 2 })];
      const { details } = await shop.clerk.rent(id, late, later);
      const { id: closed } = await shop.clerk.rent(await clientId(), await copyOf({}));
      await shop.clerk.close(closed);
      shop.clock.set('2026-02-04T12:00:00.000Z');
      const expired = await block(id, { reason: 'x', until: '2026-02-03' });
      const active = await block(id, { reason: 'y', until: '2026-02-04' });
      const shown = await standing(id);
      expect(shown).toMatchObject({ open_copies: 3, overdue_copies: 1, max_open_copies: 3, blocks: [active] });
      expect(shown.blocks).not.toContainEqual(expired);
      const order = [details[1].id, details[0].id];
      expect(shown.details.map((line: { id: number }) => line.id).slice(0, 2)).toEqual(order);
      expect(shown.details[2]).toMatchObject({ movie_copy_id: neverDue, due_on: null });
      const request = { client_id: id, details: [{ movie_copy_id: await copyOf({}) }] };
      const { errors } = await refused(shop.api.post('/movie_rents').send(request), 409, 'check-out-refused');
      expect(errors.map(({ code }: { code: string }) => code)).toEqual([
        'client_blocked',
        'client_has_overdue',
        'limit_reached',
      ]);
      expect(shown.refusals).toEqual(errors);
    });

    it('show at most 200 lines, and count all of them', async () => {
      const [id, movie, last] = [await clientId(), await shop.clerk.movie(200), await shop.clerk.movie(1)];
      const copyIds: number[] = movie.copies.map((copy: { id: number }) => copy.id);
      await shop.clerk.rent(id, ...copyIds.slice(0, 100));
      await shop.clerk.rent(id, ...copyIds.slice(100, 200));
      await shop.clerk.rent(id, last.copies[0].id);
      const { open_copies, details } = await standing(id);
      expect([open_copies, details.length]).toEqual([201, 200]);
    });
  });
});
