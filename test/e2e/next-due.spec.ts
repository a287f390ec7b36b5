import { refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

describe('next_due_on of a movie', () => {
  const shop = useShop();

  const read = async (id: number) => (await shop.api.get(`/movies/${id}`).expect(200)).body;
  const listed = async (id: number) =>
    (await shop.api.get(`/movies?limit=200`).expect(200)).body.find((each: { id: number }) => each.id === id);
  const nextDue = async (id: number): Promise<unknown> => {
    const { next_due_on } = await read(id);
    expect((await listed(id)).next_due_on).toBe(next_due_on);
    return next_due_on;
  };
  const rentOn = async (day: string, ...copyIds: number[]) => {
    shop.clock.set(`${day}T12:00:00.000Z`);
    return shop.clerk.rent((await shop.clerk.client()).id, ...copyIds);
  };
  const patchCopy = (id: number, service_state: string) =>
    shop.api.patch(`/movie_copies/${id}`).send({ service_state }).expect(200);

  beforeEach(() => shop.api.patch('/shop').send({ rental_days: 3 }).expect(200));

  it('is null while a copy is available, then the earliest due date of those that are out', async () => {
    const { id, copies } = await shop.clerk.movie(3);
    const [first, second, third] = copies.map((copy: { id: number }) => copy.id) as [number, number, number];
    expect(await nextDue(id)).toBeNull();
    const late = await rentOn('2026-03-05', first);
    const early = await rentOn('2026-03-02', second);
    expect(await nextDue(id)).toBeNull();
    await rentOn('2026-03-06', third);
    expect(await nextDue(id)).toBe('2026-03-05');
    const { headers } = await shop.api.get(`/movies/${id}`).expect(200);
    await shop.clerk.close(early['id']);
    expect(await nextDue(id)).toBeNull();
    expect((await shop.api.get(`/movies/${id}`).expect(200)).headers.etag).not.toBe(headers.etag);
    await patchCopy(second, 'maintenance');
    expect(await nextDue(id)).toBe('2026-03-08');
    await shop.api.post(`/movie_rent_details/${late['details'][0].id}/lost`).send({}).expect(200);
    expect(await nextDue(id)).toBe('2026-03-09');
  });

  it('changes with a renewal, and so does the ETag', async () => {
    await shop.api.patch('/shop').send({ max_renewals: 1 }).expect(200);
    const { id, copies } = await shop.clerk.movie(1);
    const rent = await rentOn('2026-04-01', copies[0].id);
    const before = await shop.api.get(`/movies/${id}`).expect(200);
    expect(before.body.next_due_on).toBe('2026-04-04');
    await shop.api
      .post(`/movie_rents/${rent['id']}/renewals`)
      .send({ details: [{ code: copies[0].code }] })
      .expect(200);
    const after = await shop.api.get(`/movies/${id}`).set('If-None-Match', before.headers.etag!).expect(200);
    expect(after.body.next_due_on).toBe('2026-04-07');
  });

  it('is null without a due date, without copies, and if all copies are away', async () => {
    await shop.api.patch('/shop').send({ rental_days: null }).expect(200);
    const [out, none, away] = [await shop.clerk.movie(1), await shop.clerk.movie(0), await shop.clerk.movie(3)];
    await rentOn('2026-03-01', out.copies[0].id);
    for (const [index, state] of ['lost', 'retired', 'maintenance'].entries()) {
      await patchCopy(away.copies[index].id, state);
    }
    for (const { id } of [out, none, away]) expect(await nextDue(id)).toBeNull();
  });

  it('skips copies that are never due', async () => {
    const { id, copies } = await shop.clerk.movie(2);
    await rentOn('2026-03-01', copies[0].id);
    await shop.api.patch('/shop').send({ rental_days: null }).expect(200);
    await rentOn('2026-02-01', copies[1].id);
    expect(await nextDue(id)).toBe('2026-03-04');
  });

  it('considers all copies of a movie with more than are shown', async () => {
    const { id } = await shop.clerk.movie(202);
    const { body } = await shop.api.get(`/movies/${id}/copies?limit=200&sort=-id`).expect(200);
    const rest = (await shop.api.get(`/movies/${id}/copies?limit=2`).expect(200)).body as { id: number }[];
    for (const each of body.slice(1)) await patchCopy(each.id, 'maintenance');
    await patchCopy(rest[0]!.id, 'maintenance');
    await rentOn('2026-05-01', body[0].id);
    expect(await nextDue(id)).toBeNull();
    await rentOn('2026-05-02', rest[1]!.id);
    expect(await nextDue(id)).toBe('2026-05-04');
    expect((await read(id)).available).toBe(0);
  });

  it('is the due_on of the refusal to lend another copy', async () => {
    const { id, copies } = await shop.clerk.movie(1);
    await rentOn('2026-03-01', copies[0].id);
    const order = { client_id: (await shop.clerk.client()).id, details: [{ movie_id: id }] };
    const { errors } = await refused(shop.api.post('/movie_rents').send(order), 409, 'no-copy-available');
    expect(errors).toMatchObject([{ due_on: await nextDue(id) }]);
  });

  it('is ignored in a PUT and a PATCH, with a right or a wrong value', async () => {
    const movie = await shop.clerk.movie(1);
    await rentOn('2026-03-01', movie.copies[0].id);
    for (const next_due_on of ['2030-01-01', null]) {
      const { body } = await shop.api
        .put(`/movies/${movie.id}`)
        .send({ ...movie, next_due_on })
        .expect(200);
      expect(body.next_due_on).toBe('2026-03-04');
      await shop.api.patch(`/movies/${movie.id}`).send({ next_due_on }).expect(200);
      await shop.api
        .put(`/movies/${movie.id}/with_stock`)
        .send({ ...movie, next_due_on })
        .expect(200);
    }
    expect(await nextDue(movie.id)).toBe('2026-03-04');
  });
});
