import { refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

describe("the shop's policy", () => {
  const shop = useShop();
  const minimal = { name: 'Harbour Street Video', time_zone: 'Europe/Berlin', currency: 'EUR' };
  const none = {
    rental_days: null,
    rental_rate: null,
    late_fee_per_day: null,
    grace_days: null,
    max_late_fee: null,
    replacement_cost: null,
    max_open_copies: null,
    max_renewals: null,
    block_when_overdue: false,
    block_when_owing: null,
    opening_days: null,
    closed_dates: [],
    hold_shelf_days: null,
    correction_minutes: null,
  };

  it('has no rules in a new shop, and the zone UTC', async () => {
    const { body } = await shop.api.get('/shop').expect(200);
    expect(body).toEqual({ ...none, name: 'Movie rental', time_zone: 'UTC', currency: 'EUR' });
  });

  it('is replaced by PUT: absent rules are removed', async () => {
    const full = {
      ...minimal,
      rental_days: 3,
      block_when_overdue: true,
      opening_days: ['mon', 'sat'],
      closed_dates: ['2026-12-25'],
    };
    expect((await shop.api.put('/shop').send(full).expect(200)).body).toEqual({ ...none, ...full });
    expect((await shop.api.get('/shop').expect(200)).body).toEqual({ ...none, ...full });
    expect((await shop.api.put('/shop').send(minimal).expect(200)).body).toEqual({ ...none, ...minimal });
  });

  it('is changed member by member by PATCH; null removes a rule', async () => {
    await shop.api.put('/shop').send({ ...minimal, rental_days: 3, closed_dates: ['2026-12-24', '2026-12-25'] });
    const { body } = await shop.api
      .patch('/shop')
      .send({ rental_days: null, rental_rate: 350, closed_dates: ['2026-12-31'] })
      .expect(200);
    expect(body).toEqual({ ...none, ...minimal, rental_rate: 350, closed_dates: ['2026-12-31'] });
  });

  it('stores lists without duplicates, and time zones in their usual case', async () => {
    const { body } = await shop.api
      .patch('/shop')
      .send({ time_zone: 'europe/berlin', closed_dates: ['2026-12-25', '2026-12-25'], opening_days: ['mon', 'mon'] })
      .expect(200);
    expect(body).toMatchObject({ time_zone: 'Europe/Berlin', closed_dates: ['2026-12-25'], opening_days: ['mon'] });
  });

  it.each([
    [{ time_zone: 'Europe/Atlantis' }, '#/time_zone', 'format'],
    [{ time_zone: '+01:00' }, '#/time_zone', 'format'],
    [{ time_zone: 'x'.repeat(100_000 - 30) }, '#/time_zone', 'format'],
    [{ currency: 'eur' }, '#/currency', 'format'],
    [{ currency: 'XQZ' }, '#/currency', 'format'],
    [{ rental_days: -1 }, '#/rental_days', 'min'],
    [{ rental_days: 3651 }, '#/rental_days', 'max'],
    [{ rental_rate: 3.5 }, '#/rental_rate', 'type'],
    [{ block_when_overdue: null }, '#/block_when_overdue', 'type'],
    [{ opening_days: [] }, '#/opening_days', 'too_few_items'],
    [{ opening_days: ['monday'] }, '#/opening_days/0', 'choice'],
    [{ closed_dates: ['2026-02-29'] }, '#/closed_dates/0', 'format'],
    [{ closed_dates: ['2026-2-1'] }, '#/closed_dates/0', 'format'],
    [{ closed_dates: Array(1001).fill('2026-12-25') }, '#/closed_dates', 'too_many_items'],
  ])('refuses %j', async (change, pointer, code) => {
    const { body } = await shop.api.patch('/shop').send(change).expect(422);
    expect(body.errors).toMatchObject([{ pointer, code }]);
  });

  it('returns 412 if it has changed since it was read', async () => {
    const { headers } = await shop.api.get('/shop').expect(200);
    await shop.api.patch('/shop').set('If-Match', headers['etag']!).send({ rental_days: 4 }).expect(200);
    await refused(
      shop.api.patch('/shop').set('If-Match', headers['etag']!).send({ rental_days: 5 }),
      412,
      'precondition-failed',
    );
  });

  it.each(['movies', 'clients'] as const)(
    'and own terms of %s: a PUT keeps absent ones, null removes them',
    async (resource) => {
      const own =
        resource === 'movies' ? { rental_days: 1, rental_rate: 450 } : { email: 'a@b.example', max_open_copies: 9 };
      const given = resource === 'movies' ? await shop.clerk.movie(1, own) : await shop.clerk.client(own);
      expect(given).toMatchObject(own);
      const former =
        resource === 'movies'
          ? { title: given['title'], year: 2000, genre_id: given['genre_id'] }
          : { first_name: 'A', last_name: 'B', address: 'C' };
      const url = `/${resource}/${given['id']}`;
      expect((await shop.api.put(url).send(former).expect(200)).body).toMatchObject(own);
      const [first] = Object.keys(own) as [string];
      const { body } = await shop.api
        .patch(url)
        .send({ [first]: null })
        .expect(200);
      expect(body).toMatchObject({ ...own, [first]: null });
    },
  );
});
