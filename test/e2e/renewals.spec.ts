import { refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

describe('renewing lines', () => {
  const shop = useShop();
  const setPolicy = (members: object) => shop.clerk.setPolicy({ time_zone: 'Europe/Berlin', ...members });
  beforeEach(async () => {
    await setPolicy({ rental_days: 3 });
    shop.clock.set('2026-03-02T12:00:00.000Z');
  });

  /** A rental of so many copies, due on 5 March. */
  async function rent(copies = 1, clientId?: number) {
    const movie = await shop.clerk.movie(copies);
    const id = clientId ?? (await shop.clerk.client()).id;
    return shop.clerk.rent(id, ...movie.copies.map((copy: { id: number }) => copy.id));
  }
  const renew = (rentId: number, details: object[], override?: object) =>
    shop.api.post(`/movie_rents/${rentId}/renewals`).send({ details, ...(override && { override }) });
  const dueDates = async (rentId: number): Promise<string[]> =>
    (await shop.api.get(`/movie_rents/${rentId}`)).body.details.map(({ due_on }: { due_on: string }) => due_on);

  const block = (clientId: number, until?: string) =>
    shop.api.post(`/clients/${clientId}/blocks`).send({ reason: 'Moved away', until }).expect(201);

  it('adds the rental days to the due date, and writes a row for it', async () => {
    const { id, details } = await rent(2);
    const { body } = await renew(id, [{ id: details[0].id }]).expect(200);
    expect(body.details[0]).toMatchObject({
      due_on: '2026-03-08',
      due_datetime: '2026-03-08T22:59:59.999Z',
      renewals: 1,
    });
    expect(body.details[1]).toMatchObject({ due_on: '2026-03-05', renewals: 0 });
    shop.clock.set('2026-03-03T12:00:00.000Z');
    await renew(id, [{ id: details[0].id }]).expect(200);
    const list = await shop.api.get(`/movie_rent_details/${details[0].id}/renewals`).expect(200);
    const row = { id: expect.any(Number), movie_rent_detail_id: details[0].id, actor: null };
    expect(list.body).toEqual([
      { ...row, creation_datetime: '2026-03-02T12:00:00.000Z', former_due_on: '2026-03-05', due_on: '2026-03-08' },
      { ...row, creation_datetime: '2026-03-03T12:00:00.000Z', former_due_on: '2026-03-08', due_on: '2026-03-11' },
    ]);
    await refused(shop.api.get('/movie_rent_details/4711/renewals'), 404, 'not-found');
  });

  it('adds them to today if the line is overdue, by the calendar of the shop', async () => {
    const { id, details } = await rent();
    shop.clock.set('2026-03-09T23:30:00.000Z');
    const { body } = await renew(id, [{ id: details[0].id }]).expect(200);
    expect(body.details[0]).toMatchObject({ due_on: '2026-03-13', is_overdue: false });
  });

  it('moves the new due date to an open day, and uses the frozen rental days of the line', async () => {
    const { id, details } = await rent();
    await setPolicy({ rental_days: 30, closed_dates: ['2026-03-08', '2026-03-09'] });
    const { body } = await renew(id, [{ id: details[0].id }]).expect(200);
    expect(body.details[0]).toMatchObject({ due_on: '2026-03-10', rental_days: 3 });
  });

  it('finds lines by id, copy or barcode, regardless of case', async () => {
    const { id, details } = await rent(3);
    const [one, two, three] = details;
    const code = three.movie_copy.code.toLowerCase();
    await renew(id, [{ id: one.id }, { movie_copy_id: two.movie_copy_id }, { code: ` ${code} ` }]).expect(200);
    expect(await dueDates(id)).toEqual(['2026-03-08', '2026-03-08', '2026-03-08']);
  });

  it('refuses all lines if one fails, and lists every rule that refuses', async () => {
    await setPolicy({ rental_days: 3, max_renewals: 1 });
    const { id, client_id, details } = await rent(3);
    const [one, two, three] = details;
    await renew(id, [{ id: one.id }]).expect(200);
    await shop.api
      .post(`/movie_rents/${id}/returns`)
      .send({ details: [{ id: two.id }] })
      .expect(200);
    await block(client_id, '2026-12-31');
    const { body } = await renew(id, [{ id: three.id }, { id: two.id }, { id: one.id }]).expect(409);
    expect(body).toMatchObject({
      type: '/problems/renewal-refused',
      errors: [
        { pointer: '#/client_id', code: 'client_blocked', overridable: true, until: '2026-12-31' },
        { pointer: '#/details/1/id', code: 'line_ended', overridable: false },
        { pointer: '#/details/2/id', code: 'renewal_limit_reached', overridable: true, limit: 1, renewals: 1 },
      ],
    });
    expect(await dueDates(id)).toEqual(['2026-03-08', '2026-03-05', '2026-03-05']);
  });

  it('refuses a line that is never due, and a renewal that would not move the due date', async () => {
    await setPolicy({ rental_days: 0 });
    const today = await rent();
    await setPolicy({});
    const never = await rent();
    for (const { id, details } of [today, never]) {
      const { body } = await renew(id, [{ id: details[0].id }]).expect(409);
      expect(body.errors).toMatchObject([{ code: 'due_date_unchanged', due_on: details[0].due_on }]);
    }
  });

  it('refuses a renewal that would end earlier, since the shop has moved to a time zone further east', async () => {
    await setPolicy({ time_zone: 'Pacific/Pago_Pago', rental_days: 1 });
    const { id, details } = await rent();
    expect(details[0]).toMatchObject({ due_on: '2026-03-03', due_datetime: '2026-03-04T10:59:59.999Z' });
    await setPolicy({ time_zone: 'Pacific/Kiritimati', rental_days: 1 });
    const { body } = await renew(id, [{ id: details[0].id }]).expect(409);
    expect(body.errors).toMatchObject([{ code: 'due_date_unchanged', due_on: '2026-03-03' }]);
    expect(await dueDates(id)).toEqual(['2026-03-03']);
  });

  it('refuses a void rental for every line', async () => {
    const { id, details } = await rent();
    await shop.api.post(`/movie_rents/${id}/void`).send({ comment: 'Entered twice.' }).expect(200);
    for (const line of [{ id: details[0].id }, { code: 'NO-SUCH-CODE' }]) {
      expect(await refused(renew(id, [line]), 409, 'rent-voided')).toMatchObject({ movie_rent_id: id });
    }
  });

  it('refuses lines of other rentals, unknown codes and repeated lines in one response', async () => {
    const [{ id, details }, other] = [await rent(), await rent()];
    const { body } = await renew(id, [
      { id: details[0].id },
      { movie_copy_id: details[0].movie_copy_id },
      { id: other['details'][0].id },
      { code: 'none such' },
    ]).expect(422);
    expect(body.errors).toMatchObject([
      { pointer: '#/details/1/movie_copy_id', code: 'duplicate_line' },
      { pointer: '#/details/2/id', code: 'unknown' },
      { pointer: '#/details/3/code', code: 'unknown' },
    ]);
    await refused(renew(4711, [{ id: 1 }]), 404, 'not-found');
    expect((await renew(id, []).expect(422)).body.errors).toMatchObject([{ code: 'too_few_items' }]);
  });

  it('lifts the rules that an override names, and no others', async () => {
    await setPolicy({ rental_days: 3, max_renewals: 0 });
    const { id, client_id, details } = await rent();
    const lines = [{ id: details[0].id }];
    await block(client_id);
    const some = { rules: ['renewal_limit_reached'], comment: 'In hospital' };
    expect((await renew(id, lines, some).expect(409)).body.errors).toMatchObject([{ code: 'client_blocked' }]);
    const all = { rules: ['renewal_limit_reached', 'client_blocked'], comment: 'In hospital' };
    await renew(id, lines, all).expect(200);
    expect(await dueDates(id)).toEqual(['2026-03-08']);
    await renew(id, lines, { rules: ['line_ended'], comment: 'No' }).expect(422);
  });

  it('lets exactly one of many concurrent renewals reach the limit', async () => {
    await setPolicy({ rental_days: 3, max_renewals: 1 });
    const { id, details } = await rent();
    const answers = await Promise.all(Array.from({ length: 10 }, () => renew(id, [{ id: details[0].id }])));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array<number>(9).fill(409)]);
    expect(await dueDates(id)).toEqual(['2026-03-08']);
    expect((await shop.api.get(`/movie_rent_details/${details[0].id}/renewals`)).body).toHaveLength(1);
  });
});
