/* eslint-disable @typescript-eslint/no-explicit-any -- answers are checked member by member */
import { executeRaw, queryRaw } from '../support/database/raw-database.js';
import { faultyMembers, refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

describe('the rules of a check-out', () => {
  const shop = useShop();
  beforeEach(() => shop.clock.run());
  afterEach(() => setPolicy({}));

  const setPolicy = (members: object) => shop.clerk.setPolicy(members);
  const copy = (id: number) => ({ movie_copy_id: id });
  const anyOf = (id: number) => ({ movie_id: id });
  const code = (text: string) => ({ code: text });
  const order = (clientId: number, details: object[], members: object = {}) =>
    shop.api.post('/movie_rents').send({ client_id: clientId, details, ...members });
  const correct = (rent: Record<string, any>, members: object) =>
    shop.api.put(`/movie_rents/${rent['id']}`).send({ client_id: rent['client_id'], ...members });
  const copiesOf = async (count: number, members?: Record<string, unknown>): Promise<number[]> =>
    (await shop.clerk.movie(count, members)).copies.map(({ id }: { id: number }) => id);
  const clientId = async (members?: object): Promise<number> => (await shop.clerk.client(members)).id;
  const withdraw = (copyId: number) =>
    shop.api.patch(`/movie_copies/${copyId}`).send({ service_state: 'maintenance' }).expect(200);
  const eventsOf = async (resource: string, id: number) => {
    const sql = `SELECT type, changes FROM event WHERE resource = '${resource}' AND resource_id = ${id} AND type = 'rental.rules_overridden'`;
    const rows = await queryRaw<{ type: string; changes: string }>(shop.databaseUrl, sql);
    return rows.map(({ type, changes }) => [type, JSON.parse(changes)]);
  };

  describe('limit_reached', () => {
    it('counts the open copies of the client and those of the request', async () => {
      await setPolicy({ max_open_copies: 3 });
      const [id, copies] = [await clientId(), await copiesOf(5)];
      await shop.clerk.rent(id, copies[0]!, copies[1]!);
      const { errors, detail } = await refused(
        order(id, [copy(copies[2]!), copy(copies[3]!)]),
        409,
        'check-out-refused',
      );
      expect(errors).toEqual([
        {
          pointer: '#/client_id',
          code: 'limit_reached',
          detail: 'The client may have 3 copies out, and has 2.',
          overridable: true,
          limit: 3,
          open: 2,
        },
      ]);
      expect(detail).toBe(errors[0].detail);
      await order(id, [copy(copies[2]!)]).expect(201);
    });

    it("applies the client's own limit before the shop's, also 0", async () => {
      await setPolicy({ max_open_copies: 1 });
      const copies = await copiesOf(3);
      const [generous, none] = [await clientId({ max_open_copies: 2 }), await clientId({ max_open_copies: 0 })];
      await order(generous, [copy(copies[0]!), copy(copies[1]!)]).expect(201);
      const { errors } = await refused(order(none, [copy(copies[2]!)]), 409, 'check-out-refused');
      expect(errors).toMatchObject([{ code: 'limit_reached', limit: 0, open: 0 }]);
    });

    it('allows another copy after a return', async () => {
      await setPolicy({ max_open_copies: 1 });
      const [id, copies] = [await clientId(), await copiesOf(2)];
      const { id: rentId } = await shop.clerk.rent(id, copies[0]!);
      await refused(order(id, [copy(copies[1]!)]), 409, 'check-out-refused');
      await shop.clerk.close(rentId);
      await order(id, [copy(copies[1]!)]).expect(201);
    });
  });

  describe('client_has_overdue', () => {
    it('refuses while a copy is overdue, if the policy says so, with the oldest due date', async () => {
      await setPolicy({ rental_days: 2, block_when_overdue: true });
      const [id, copies] = [await clientId(), await copiesOf(4)];
      shop.clock.set('2026-02-01T12:00:00.000Z');
      await shop.clerk.rent(id, copies[0]!);
      shop.clock.set('2026-02-02T12:00:00.000Z');
      const { id: rentId } = await shop.clerk.rent(id, copies[1]!);
      shop.clock.set('2026-02-03T23:59:59.999Z');
      await order(id, [copy(copies[2]!)]).expect(201);
      shop.clock.set('2026-02-06T00:00:00.000Z');
      const { errors } = await refused(order(id, [copy(copies[3]!)]), 409, 'check-out-refused');
      expect(errors).toMatchObject([
        { pointer: '#/client_id', code: 'client_has_overdue', overridable: true, due_on: '2026-02-03' },
      ]);
      await setPolicy({ rental_days: 2, block_when_overdue: false });
      await order(id, [copy(copies[3]!)]).expect(201);
      await shop.clerk.close(rentId);
    });
  });

  describe('client_blocked', () => {
    it('refuses through the last date of the block by the calendar of the shop, without its reason', async () => {
      await setPolicy({ time_zone: 'Europe/Berlin' });
      const [id, copies] = [await clientId(), await copiesOf(2)];
      await shop.api.post(`/clients/${id}/blocks`).send({ reason: 'Private', until: '2026-02-10' }).expect(201);
      shop.clock.set('2026-02-10T22:59:59.999Z');
      const problem = await refused(order(id, [copy(copies[0]!)]), 409, 'check-out-refused');
      expect(problem['errors']).toMatchObject([
        { pointer: '#/client_id', code: 'client_blocked', overridable: true, until: '2026-02-10' },
      ]);
      expect(JSON.stringify(problem)).not.toContain('Private');
      shop.clock.set('2026-02-10T23:00:00.000Z');
      await order(id, [copy(copies[0]!)]).expect(201);
    });

    it('has the end of the longest block, and ends with the block', async () => {
      const [id, copies] = [await clientId(), await copiesOf(2)];
      shop.clock.set('2026-02-10T12:00:00.000Z');
      const ids: number[] = [];
      for (const until of ['2026-03-01', '2026-04-01', null, '2026-01-01']) {
        ids.push((await shop.api.post(`/clients/${id}/blocks`).send({ reason: 'x', until }).expect(201)).body.id);
      }
      const until = async () =>
        (await refused(order(id, [copy(copies[0]!)]), 409, 'check-out-refused'))['errors'][0].until;
      expect(await until()).toBeNull();
      await shop.api.delete(`/client_blocks/${ids[2]}`).expect(204);
      expect(await until()).toBe('2026-04-01');
      const override = { rules: ['client_blocked'], comment: 'Paid for the discs' };
      const { body } = await order(id, [copy(copies[0]!)], { override }).expect(201);
      expect(await eventsOf('movie_rents', body.id)).toMatchObject([
        ['rental.rules_overridden', { rules: ['client_blocked'] }],
      ]);
      // Returning is never refused because of the client.
      await shop.clerk.close(body.id);
    });
  });

  describe('the facts of refusals', () => {
    it('have the due date of a copy, and rules for copies that are out cannot be lifted', async () => {
      await setPolicy({ rental_days: 3 });
      shop.clock.set('2026-02-01T12:00:00.000Z');
      const [holder, id] = [await clientId(), await clientId()];
      const late = await shop.clerk.movie(2, { rental_days: 9 });
      const [first, second] = late.copies.map((each: { id: number }) => each.id);
      await shop.clerk.rent(holder, first);
      shop.clock.set('2026-02-02T12:00:00.000Z');
      await shop.clerk.rent(holder, second);
      const { errors } = await refused(order(id, [copy(second), anyOf(late.id)]), 409, 'copy-already-rented');
      expect(errors).toMatchObject([
        { pointer: '#/details/0/movie_copy_id', code: 'copy_rented', overridable: false, due_on: '2026-02-11' },
        { pointer: '#/details/1/movie_id', code: 'no_copy_available', overridable: false, due_on: '2026-02-10' },
      ]);
    });

    it('are null if nothing is due', async () => {
      const [id, movie, gone] = [await clientId(), await shop.clerk.movie(1), await shop.clerk.movie(0)];
      const out = movie.copies[0].id;
      await shop.clerk.rent(id, out);
      const { errors } = await refused(order(id, [copy(out), anyOf(gone.id)]), 409, 'copy-already-rented');
      expect(errors).toMatchObject([{ due_on: null }, { due_on: null }]);
    });
  });

  it('are all checked for each line: one response has every refusal', async () => {
    await setPolicy({ rental_days: 1, block_when_overdue: true, max_open_copies: 2 });
    shop.clock.set('2026-02-01T12:00:00.000Z');
    const [id, [out, withdrawn, free], gone] = [await clientId(), await copiesOf(3), await shop.clerk.movie(0)];
    await shop.clerk.rent(id, out!);
    await withdraw(withdrawn!);
    shop.clock.set('2026-02-04T12:00:00.000Z');
    const rules = [
      ['#/client_id', 'client_has_overdue', true],
      ['#/client_id', 'limit_reached', true],
      ['#/details/0/movie_copy_id', 'copy_rented', false],
      ['#/details/1/movie_copy_id', 'copy_not_in_service', true],
      ['#/details/3/movie_id', 'no_copy_available', false],
    ];
    const basket = [copy(out!), copy(withdrawn!), copy(free!), anyOf(gone.id)];
    const shown = ({ errors }: Record<string, any>) =>
      errors.map((error: Record<string, unknown>) => [error['pointer'], error['code'], error['overridable']]);
    expect(shown(await refused(order(id, basket), 409, 'copy-already-rented'))).toEqual(rules);
    // The copy that is out, named again: it appears twice, and is out.
    const twice = [...basket, copy(out!), code('no such code')];
    expect(shown(await refused(order(id, twice), 422, 'invalid-input'))).toEqual([
      ...rules,
      ['#/details/4/movie_copy_id', 'duplicate_copy', false],
      ['#/details/4/movie_copy_id', 'copy_rented', false],
      ['#/details/5/code', 'unknown', false],
    ]);
    const notInService = await refused(order(id, [copy(withdrawn!), anyOf(gone.id)]), 409, 'copy-not-in-service');
    expect(notInService['movie_copy_ids']).toEqual([withdrawn]);
    await refused(order(id, [anyOf(gone.id)]), 409, 'no-copy-available');
    await refused(order(id, [copy(free!)]), 409, 'check-out-refused');
  });

  describe('a line that names a copy by its barcode', () => {
    it('finds it regardless of case, width and the spaces around it', async () => {
      const id = await clientId();
      const copies = [
        await shop.clerk.copy((await shop.clerk.movie(0)).id, { code: 'Box-Ä 1' }),
        await shop.clerk.copy((await shop.clerk.movie(0)).id, { code: 'ＤＶＤ-2' }),
      ];
      const { body } = await order(id, [code(' box-ä 1\r'), code('dvd-2')]).expect(201);
      expect(body.details.map((line: { movie_copy_id: number }) => line.movie_copy_id)).toEqual(
        copies.map((each) => each['id']),
      );
    });

    it('is checked like one that names the copy by its id', async () => {
      const [id, movie] = [await clientId(), await shop.clerk.movie(2)];
      const [first, second] = movie.copies;
      await withdraw(second.id);
      const details = [code(second.code), copy(first.id), code(first.code)];
      const { errors } = await refused(order(id, details), 422, 'invalid-input');
      expect(errors).toMatchObject([
        { pointer: '#/details/0/code', code: 'copy_not_in_service' },
        { pointer: '#/details/2/code', code: 'duplicate_copy' },
      ]);
      const { body } = await order(id, [code(first.code)]).expect(201);
      const again = await refused(order(id, [code(first.code)]), 409, 'copy-already-rented');
      expect(again).toMatchObject({ movie_copy_ids: [first.id], errors: [{ pointer: '#/details/0/code' }] });
      await shop.clerk.close(body.id);
    });

    it('takes a copy, which a line for the movie then does not', async () => {
      const [id, movie] = [await clientId(), await shop.clerk.movie(2)];
      const [first, second] = movie.copies;
      const { body } = await order(id, [anyOf(movie.id), code(first.code)]).expect(201);
      expect(body.details).toMatchObject([{ movie_copy_id: second.id }, { movie_copy_id: first.id }]);
    });

    it('is refused if no copy has the code, or if the line also names the copy by its id or movie', async () => {
      const [id, movie] = [await clientId(), await shop.clerk.movie(1)];
      const [{ id: copyId, code: text }] = movie.copies;
      const { errors } = await refused(order(id, [code('none'), code('None')]), 422, 'invalid-input');
      expect(errors).toMatchObject([
        { pointer: '#/details/0/code', code: 'unknown', detail: 'A copy with the code none not found.' },
        { pointer: '#/details/1/code', code: 'unknown' },
      ]);
      const both = [{ ...copy(copyId), ...code(text) }, { ...anyOf(movie.id), ...code(text) }, code(' ')];
      expect(await faultyMembers(order(id, both))).toEqual([
        '#/details/0/movie_copy_id',
        '#/details/1/movie_copy_id',
        '#/details/2/code',
      ]);
    });

    it('keeps the line of that copy in a correction, and corrects the copy of another line', async () => {
      const [id, movie] = [await clientId(), await shop.clerk.movie(3)];
      const [first, second, third] = movie.copies;
      const rent = await shop.clerk.rent(id, first.id, second.id);
      const [one, other] = rent['details'];
      const details = [code(first.code.toLowerCase()), { id: other.id, code: third.code }];
      const { body } = await correct(rent, { details }).expect(200);
      expect(body.details).toMatchObject([
        { id: one.id, movie_copy_id: first.id },
        { id: other.id, movie_copy_id: third.id },
      ]);
      const closed = await shop.clerk.close(rent['id']);
      const same = [code(first.code), code(third.code)].map((line, index) => ({
        id: closed['details'][index].id,
        ...line,
      }));
      expect((await correct(rent, { details: same }).expect(200)).body).toEqual(closed);
    });
  });

  describe('empty_basket', () => {
    const empty = { pointer: '#/details', code: 'empty_basket', overridable: false, detail: 'There is no line.' };

    it('refuses a rental without lines, and a correction to none, with all other refusals', async () => {
      await setPolicy({ max_open_copies: 1 });
      const { errors } = await refused(order(999_999, []), 422, 'invalid-input');
      expect(errors).toEqual([expect.objectContaining({ pointer: '#/client_id', code: 'unknown' }), empty]);
      const [id, [one]] = [await clientId(), await copiesOf(1)];
      expect((await refused(order(id, []), 422, 'invalid-input')).errors).toEqual([empty]);
      const rent = await shop.clerk.rent(id, one!);
      expect((await refused(correct(rent, { details: [] }), 422, 'invalid-input')).errors).toEqual([empty]);
      expect((await shop.api.get(`/movie_rents/${rent['id']}`)).body.details).toHaveLength(1);
    });

    it('is a refusal of a dry run', async () => {
      const { body } = await order(await clientId(), [])
        .query({ dry_run: true })
        .expect(200);
      expect(body).toEqual({ allowed: false, refusals: [empty], details: [] });
    });
  });

  describe('?dry_run=true', () => {
    const tryOut = (id: number, details: object[], members?: object) =>
      order(id, details, members).query({ dry_run: true }).expect(200);

    it('shows the copies and due dates of a rental that would be created, and creates nothing', async () => {
      await setPolicy({ rental_days: 3, time_zone: 'Europe/Berlin' });
      shop.clock.set('2026-02-01T12:00:00.000Z');
      const [id, movie] = [await clientId(), await shop.clerk.movie(2)];
      const [first, second] = movie.copies;
      const response = await tryOut(id, [anyOf(movie.id), code(first.code)]);
      const due = { movie_id: movie.id, due_on: '2026-02-04', due_datetime: '2026-02-04T22:59:59.999Z' };
      expect(response.body).toEqual({
        allowed: true,
        refusals: [],
        details: [
          { pointer: '#/details/0', movie_copy_id: second.id, code: second.code, ...due },
          { pointer: '#/details/1', movie_copy_id: first.id, code: first.code, ...due },
        ],
      });
      expect(response.headers).not.toHaveProperty('location');
      expect(response.headers).not.toHaveProperty('etag');
      expect((await shop.api.get(`/clients/${id}/movie_rents`)).body).toEqual([]);
      expect((await shop.api.get(`/movies/${movie.id}`)).body.available).toBe(2);
    });

    it('shows the refusals of the rental, unknown ids among them', async () => {
      const [id, [out]] = [await clientId({ max_open_copies: 1 }), await copiesOf(1)];
      await shop.clerk.rent(await clientId(), out!);
      const details = [copy(999_999), copy(out!), code('none')];
      const { body } = await tryOut(id, details);
      const { errors } = await refused(order(id, details), 422, 'invalid-input');
      expect(body).toMatchObject({ allowed: false, refusals: errors });
      expect(errors).toHaveLength(4);
      expect(body.details).toMatchObject([{ pointer: '#/details/1', movie_copy_id: out }]);
      const stranger = await tryOut(999_999, [copy(out!)]);
      expect(stranger.body.refusals).toMatchObject([
        { pointer: '#/client_id', code: 'unknown' },
        { code: 'copy_rented' },
      ]);
    });

    it('stores no Idempotency-Key, and replays none', async () => {
      const [id, [free]] = [await clientId(), await copiesOf(1)];
      const attempt = (query: object) =>
        order(id, [copy(free!)])
          .query(query)
          .set('Idempotency-Key', `dry-${id}`);
      expect((await attempt({ dry_run: true }).expect(200)).body.allowed).toBe(true);
      const { headers } = await attempt({}).expect(201);
      expect(headers).not.toHaveProperty('idempotency-replayed');
      expect((await attempt({ dry_run: true }).expect(200)).body.allowed).toBe(false);
      expect((await attempt({ dry_run: false }).expect(201)).headers['idempotency-replayed']).toBe('true');
    });

    it('returns 422 for a body that violates the schema', async () => {
      expect(await faultyMembers(order(1, [{}]).query({ dry_run: true }))).toEqual(['#/details/0/movie_copy_id']);
      await refused(order(1, [copy(1)]).query({ dry_run: 'yes' }), 422, 'invalid-input');
    });
  });

  describe('an override', () => {
    const override = (...rules: string[]) => ({ override: { rules, comment: 'The clerk knows why' } });

    it('lifts the rules that it names, and records only those that would have refused', async () => {
      await setPolicy({ rental_days: 1, block_when_overdue: true, max_open_copies: 1 });
      shop.clock.set('2026-02-01T12:00:00.000Z');
      const [id, [first, second, withdrawn]] = [await clientId(), await copiesOf(3)];
      await shop.clerk.rent(id, first!);
      await withdraw(withdrawn!);
      const details = [copy(second!), copy(withdrawn!)];
      const partly = await refused(order(id, details, override('limit_reached')), 409, 'copy-not-in-service');
      expect(partly['errors']).toMatchObject([{ code: 'copy_not_in_service', overridable: true }]);
      const all = override('limit_reached', 'client_has_overdue', 'client_blocked', 'copy_not_in_service');
      expect((await order(id, details, all).query({ dry_run: true }).expect(200)).body.allowed).toBe(true);
      const { body } = await order(id, details, all).expect(201);
      expect(await eventsOf('movie_rents', body.id)).toEqual([
        [
          'rental.rules_overridden',
          { rules: ['limit_reached', 'copy_not_in_service'], comment: 'The clerk knows why' },
        ],
      ]);
      const { service_state } = (await shop.api.get(`/movie_copies/${withdrawn}`)).body;
      expect(service_state).toBe('in_service');
    });

    it('records nothing if no rule refuses, or another rule refuses the rental', async () => {
      const [id, [free, out, withdrawn]] = [await clientId(), await copiesOf(3)];
      await shop.clerk.rent(await clientId(), out!);
      await withdraw(withdrawn!);
      const { body } = await order(id, [copy(free!)], override('limit_reached')).expect(201);
      expect(await eventsOf('movie_rents', body.id)).toEqual([]);
      await refused(
        order(id, [copy(out!), copy(withdrawn!)], override('copy_not_in_service')),
        409,
        'copy-already-rented',
      );
      expect((await shop.api.get(`/movie_copies/${withdrawn}`)).body.service_state).toBe('maintenance');
    });

    it.each(['copy_rented', 'unknown', 'duplicate_copy', 'no_copy_available', 'none'])(
      'refuses to lift %s',
      async (rule) => {
        const [id, [free]] = [await clientId(), await copiesOf(1)];
        expect(await faultyMembers(order(id, [copy(free!)], override(rule)))).toEqual(['#/override/rules/0']);
      },
    );

    it('does not bring a lost copy of a movie with 10,000 others back into service, by a rental or a correction', async () => {
      const { id: movieId, copies } = await shop.clerk.movie(10_000);
      const [kept, lost] = copies.map((each: { id: number }) => each.id);
      await shop.api.patch(`/movie_copies/${lost}`).send({ service_state: 'lost' }).expect(200);
      await shop.clerk.copy(movieId);
      const id = await clientId();
      const lifted = override('copy_not_in_service');
      const { errors } = await refused(order(id, [copy(lost)], lifted), 409, 'stock-too-high');
      const refusal = { pointer: '#/details/0/movie_copy_id', code: 'stock_too_high', limit: 10_000 };
      expect(errors).toEqual([{ ...refusal, overridable: false, detail: expect.any(String) }]);
      const { body: preview } = await order(id, [copy(lost)], lifted)
        .query({ dry_run: true })
        .expect(200);
      expect(preview).toMatchObject({ allowed: false, refusals: errors });
      const rent = await shop.clerk.rent(id, kept);
      const correction = { client_id: id, details: [copy(kept), copy(lost)], ...lifted };
      const amend = () => shop.api.put(`/movie_rents/${rent['id']}`).send(correction);
      expect((await refused(amend(), 409, 'stock-too-high')).limit).toBe(10_000);
      const { body } = await shop.api.get(`/movie_copies/${lost}`);
      expect([body.service_state, body.status]).toEqual(['lost', 'away']);
      await shop.api.patch(`/movie_copies/${copies[2].id}`).send({ service_state: 'retired' }).expect(200);
      await amend().expect(200);
    });

    it('brings back as many lost copies as the stock has room for, with the other refusals of the order', async () => {
      const { id: movieId, copies } = await shop.clerk.movie(10_000);
      const lost: number[] = copies.slice(0, 3).map((each: { id: number }) => each.id);
      for (const each of lost) {
        await shop.api.patch(`/movie_copies/${each}`).send({ service_state: 'lost' }).expect(200);
      }
      await shop.clerk.copy(movieId);
      await shop.clerk.copy(movieId);
      await setPolicy({ max_open_copies: 1 });
      const id = await clientId();
      const ordered = (rules: string[]) => order(id, lost.map(copy), override('copy_not_in_service', ...rules));
      const { errors } = await refused(ordered([]), 409, 'stock-too-high');
      expect(errors).toMatchObject([
        { code: 'limit_reached', limit: 1, open: 0 },
        { pointer: '#/details/1/movie_copy_id', code: 'stock_too_high' },
        { pointer: '#/details/2/movie_copy_id', code: 'stock_too_high' },
      ]);
      const { body } = await ordered([]).query({ dry_run: true }).expect(200);
      expect(body.refusals).toEqual(errors);
      await order(id, [copy(lost[0]!)], override('copy_not_in_service')).expect(201);
    });

    it('lifts no rules if it is null, at a check-out and at a renewal', async () => {
      await setPolicy({ rental_days: 3 });
      const [id, [free]] = [await clientId(), await copiesOf(1)];
      const { body } = await order(id, [copy(free!)], { override: null }).expect(201);
      const renewal = { details: [{ movie_copy_id: free }], override: null };
      await shop.api.post(`/movie_rents/${body.id}/renewals`).send(renewal).expect(200);
      expect(await eventsOf('movie_rents', body.id)).toEqual([]);
    });

    it('needs a comment and a rule', async () => {
      const [id, [free]] = [await clientId(), await copiesOf(1)];
      const faults = (members: object) => faultyMembers(order(id, [copy(free!)], { override: members }));
      expect(await faults({ rules: ['limit_reached'] })).toEqual(['#/override/comment']);
      expect(await faults({ rules: [], comment: ' ' })).toEqual(['#/override/rules', '#/override/comment']);
      expect(await faults({ rules: ['limit_reached'], comment: 'x'.repeat(501) })).toEqual(['#/override/comment']);
    });
  });

  describe('in a correction of a rental', () => {
    it('are not checked if no line is added, even if the client is over the limit', async () => {
      shop.clock.set('2026-02-01T12:00:00.000Z');
      await setPolicy({ rental_days: 1 });
      const [id, [first, second, third]] = [await clientId(), await copiesOf(3)];
      const rent = await shop.clerk.rent(id, first!, second!);
      shop.clock.set('2026-02-05T12:00:00.000Z');
      await setPolicy({ rental_days: 1, max_open_copies: 0, block_when_overdue: true });
      const [one, other] = rent['details'];
      await correct(rent, {
        details: [
          { id: one.id, ...copy(first!) },
          { id: other.id, ...copy(third!) },
        ],
      }).expect(200);
      const { body } = await correct(rent, { details: [copy(first!)] }).expect(200);
      expect(body.details).toHaveLength(1);
      const added = await refused(correct(rent, { details: [copy(first!), copy(second!)] }), 409, 'check-out-refused');
      expect(added['errors']).toMatchObject([
        { code: 'client_has_overdue', due_on: '2026-02-02' },
        { code: 'limit_reached', limit: 0, open: 1 },
      ]);
    });

    it('are checked for added lines, counting the existing ones', async () => {
      const [id, copies] = [await clientId({ max_open_copies: 2 }), await copiesOf(4)];
      const rent = await shop.clerk.rent(id, copies[0]!, copies[1]!);
      // One copy is removed and another added: the number stays the same.
      await correct(rent, { details: [copy(copies[0]!), copy(copies[2]!)] }).expect(200);
      const details = [copy(copies[0]!), copy(copies[2]!), copy(copies[3]!)];
      const { errors } = await refused(correct(rent, { details }), 409, 'check-out-refused');
      expect(errors).toMatchObject([{ code: 'limit_reached', limit: 2, open: 2 }]);
      const override = { rules: ['limit_reached'], comment: 'A birthday' };
      expect((await correct(rent, { details, override }).expect(200)).body.details).toHaveLength(3);
      expect(await eventsOf('movie_rents', rent['id'])).toMatchObject([
        ['rental.rules_overridden', { rules: ['limit_reached'] }],
      ]);
    });

    it('are checked for the new client of the rental', async () => {
      const [id, other, copies] = [await clientId(), await clientId({ max_open_copies: 2 }), await copiesOf(3)];
      await shop.clerk.rent(other, copies[0]!);
      const rent = await shop.clerk.rent(id, copies[1]!, copies[2]!);
      const details = [copy(copies[1]!), copy(copies[2]!)];
      const moved = { client_id: other, details };
      const { errors } = await refused(correct(rent, moved), 409, 'check-out-refused');
      expect(errors).toMatchObject([{ code: 'limit_reached', limit: 2, open: 1 }]);
      await shop.api.patch(`/clients/${other}`).send({ max_open_copies: 3 }).expect(200);
      expect((await correct(rent, moved).expect(200)).body.client_id).toBe(other);
    });

    it('refuse to add a copy that was returned on this rental and is out on another', async () => {
      const [id, [first, second]] = [await clientId(), await copiesOf(2)];
      const rent = await shop.clerk.rent(id, first!, second!);
      const { details } = rent;
      await executeRaw(
        shop.databaseUrl,
        `UPDATE movie_rent_detail SET returned_datetime = lent_datetime WHERE id = ${details[0].id}`,
      );
      await shop.clerk.rent(await clientId(), first!);
      const lines = details.map((line: Record<string, unknown>) => ({
        id: line['id'],
        movie_copy_id: line['movie_copy_id'],
      }));
      await correct(rent, { details: lines }).expect(200);
      await refused(correct(rent, { details: [...lines, copy(first!)] }), 422, 'invalid-input');
    });
  });
});
