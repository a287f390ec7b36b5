import { useShop } from '../support/shop.js';

describe('the due date of a line', () => {
  const shop = useShop();
  const processTimeZone = process.env['TZ'];

  // Far from every zone below: the time zone of the process must have no influence.
  beforeAll(() => (process.env['TZ'] = 'Pacific/Kiritimati'));
  afterAll(() => {
    if (processTimeZone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = processTimeZone;
  });
  beforeEach(() => shop.clock.run());

  const setPolicy = (members: object) => shop.clerk.setPolicy(members);

  async function rent(members: Record<string, unknown> = {}) {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(1, members)];
    const { id, details } = await shop.clerk.rent(client.id, movie.copies[0].id);
    return { ...details[0], rentId: id };
  }
  const lineOf = async (rentId: number) => (await shop.api.get(`/movie_rents/${rentId}`)).body.details[0];

  it('is null if the policy sets no rental days', async () => {
    await setPolicy({});
    expect(await rent()).toMatchObject({ due_on: null, due_datetime: null, is_overdue: false, days_overdue: 0 });
  });

  it.each([
    ['a day of winter time', 'Europe/Berlin', '2026-01-14T15:38:03.104Z', '2026-01-15', '2026-01-15T22:59:59.999Z'],
    [
      'the hour before local midnight',
      'Europe/Berlin',
      '2026-01-14T22:59:59.999Z',
      '2026-01-15',
      '2026-01-15T22:59:59.999Z',
    ],
    [
      'the first instant after local midnight',
      'Europe/Berlin',
      '2026-01-14T23:00:00.000Z',
      '2026-01-16',
      '2026-01-16T22:59:59.999Z',
    ],
    [
      'the day on which summer time begins',
      'Europe/Berlin',
      '2026-03-28T22:30:00.000Z',
      '2026-03-29',
      '2026-03-29T21:59:59.999Z',
    ],
    [
      'the day on which summer time ends',
      'Europe/Berlin',
      '2026-10-24T10:00:00.000Z',
      '2026-10-25',
      '2026-10-25T22:59:59.999Z',
    ],
    [
      'the second pass of the repeated hour',
      'Europe/Berlin',
      '2026-10-25T01:30:00.000Z',
      '2026-10-26',
      '2026-10-26T22:59:59.999Z',
    ],
    [
      'a next day without midnight',
      'America/Sao_Paulo',
      '2018-11-02T15:00:00.000Z',
      '2018-11-03',
      '2018-11-04T02:59:59.999Z',
    ],
    ['29 February', 'UTC', '2028-02-28T12:00:00.000Z', '2028-02-29', '2028-02-29T23:59:59.999Z'],
    ['1 March of other years', 'UTC', '2026-02-28T12:00:00.000Z', '2026-03-01', '2026-03-01T23:59:59.999Z'],
    [
      'a zone of three quarters of an hour',
      'Asia/Kathmandu',
      '2026-01-14T18:14:59.999Z',
      '2026-01-15',
      '2026-01-15T18:14:59.999Z',
    ],
  ])('is the end of the local date: %s', async (_, timeZone, lent, dueOn, dueDatetime) => {
    await setPolicy({ time_zone: timeZone, rental_days: 1 });
    shop.clock.set(lent);
    expect(await rent()).toMatchObject({ lent_datetime: lent, due_on: dueOn, due_datetime: dueDatetime });
  });

  it('is moved from closed days to the next open day', async () => {
    shop.clock.set('2026-12-22T12:00:00.000Z');
    const closed = { opening_days: ['mon', 'tue', 'wed', 'thu', 'fri'], closed_dates: ['2026-12-25', '2026-12-28'] };
    await setPolicy({ rental_days: 3, ...closed });
    expect(await rent()).toMatchObject({ due_on: '2026-12-29' });
    await setPolicy({ rental_days: 2, ...closed });
    expect(await rent()).toMatchObject({ due_on: '2026-12-24' });
  });

  it('is the first open day, however many days the shop is closed before', async () => {
    shop.clock.set('2026-03-02T12:00:00.000Z');
    const week = 7 * 24 * 60 * 60 * 1000;
    const mondays = Array.from({ length: 1000 }, (_, index) => new Date(Date.UTC(2026, 2, 2) + index * week));
    const closedDates = mondays.map((monday) => monday.toISOString().slice(0, 10));
    await setPolicy({ rental_days: 0, opening_days: ['mon'], closed_dates: closedDates });
    expect(await rent()).toMatchObject({ due_on: '2045-05-01' });
  });

  it('is the last date of four digits at most', async () => {
    shop.clock.set('9999-12-30T12:00:00.000Z');
    const last = { due_on: '9999-12-31', due_datetime: '9999-12-31T23:59:59.999Z' };
    await setPolicy({ rental_days: 3650 });
    expect(await rent()).toMatchObject(last);
    await setPolicy({ rental_days: 1, opening_days: ['sat'] });
    expect(await rent()).toMatchObject(last);
  });

  it('follows the terms of the movie, else those of the shop, term by term', async () => {
    shop.clock.set('2026-01-14T12:00:00.000Z');
    await setPolicy({ rental_days: 3, rental_rate: 350, late_fee_per_day: 100, grace_days: 1, max_late_fee: 900 });
    expect(await rent({ rental_days: 1, replacement_cost: 3000 })).toMatchObject({
      due_on: '2026-01-15',
      rental_days: 1,
      rental_rate: 350,
      late_fee_per_day: 100,
      grace_days: 1,
      max_late_fee: 900,
      replacement_cost: 3000,
    });
  });

  it('and the terms are frozen: later changes of the policy or the movie do not affect them', async () => {
    await setPolicy({ rental_days: 3, rental_rate: 350 });
    const before = await rent();
    await setPolicy({ rental_days: 30, rental_rate: 1, time_zone: 'Asia/Tokyo' });
    const { movie_id: movieId } = before.movie_copy;
    await shop.api.patch(`/movies/${movieId}`).send({ rental_days: 9 }).expect(200);
    const { rentId, ...line } = before;
    expect(await lineOf(rentId)).toEqual(line);
  });

  it('makes a line overdue after its last instant, by dates of the time zone, until the return', async () => {
    await setPolicy({ time_zone: 'Europe/Berlin', rental_days: 1 });
    shop.clock.set('2026-03-27T12:00:00.000Z');
    const { rentId } = await rent();
    const at = async (instant: string) => {
      shop.clock.set(instant);
      const { is_overdue, days_overdue } = await lineOf(rentId);
      return [is_overdue, days_overdue];
    };
    expect(await at('2026-03-28T22:59:59.999Z')).toEqual([false, 0]);
    expect(await at('2026-03-28T23:00:00.000Z')).toEqual([true, 1]);
    // A day of 23 hours.
    expect(await at('2026-03-29T21:59:59.999Z')).toEqual([true, 1]);
    expect(await at('2026-03-29T22:00:00.000Z')).toEqual([true, 2]);
    shop.clock.set('2026-03-30T10:00:00.000Z');
    await shop.clerk.close(rentId);
    expect(await at('2026-05-01T00:00:00.000Z')).toEqual([true, 2]);
  });

  it('follows the new movie if a line is corrected to another copy, from its lending time', async () => {
    await setPolicy({ rental_days: 3 });
    shop.clock.set('2026-01-14T12:00:00.000Z');
    const { rentId } = await rent();
    const other = await shop.clerk.movie(1, { rental_days: 5 });
    shop.clock.set('2026-01-16T12:00:00.000Z');
    const { client_id, details } = (await shop.api.get(`/movie_rents/${rentId}`)).body;
    const corrected = { client_id, details: [{ id: details[0].id, movie_copy_id: other.copies[0].id }] };
    const { body } = await shop.api.put(`/movie_rents/${rentId}`).send(corrected).expect(200);
    expect(body.details[0]).toMatchObject({ due_on: '2026-01-19', rental_days: 5 });
  });
});
