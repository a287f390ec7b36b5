import { useShop } from '../support/shop.js';

describe('a copy, found by its barcode,', () => {
  const shop = useShop();
  const find = async (code: string) =>
    (await shop.api.get('/movie_copies').query({ code }).expect(200)).body.map(
      ({ status, loan, service_state }: Record<string, unknown>) => ({ status, loan, service_state }),
    );

  it('shows whether it is in, away, or out with its client and due date', async () => {
    await shop.api.patch('/shop').send({ rental_days: 3 }).expect(200);
    shop.clock.set('2026-03-01T12:00:00.000Z');
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(1)];
    const [copy] = movie.copies;
    expect(await find(copy.code)).toEqual([{ status: 'in', loan: null, service_state: 'in_service' }]);

    const rent = await shop.clerk.rent(client.id, copy.id);
    const loan = {
      movie_rent_id: rent['id'],
      movie_rent_detail_id: rent['details'][0].id,
      client_id: client.id,
      due_on: '2026-03-04',
      due_datetime: '2026-03-04T23:59:59.999Z',
    };
    expect(await find(copy.code)).toEqual([{ status: 'out', loan, service_state: 'in_service' }]);
    expect((await shop.api.get(`/movie_copies/${copy.id}`).expect(200)).body).toMatchObject({ status: 'out', loan });
    const [listed] = (await shop.api.get(`/movies/${movie.id}/copies`).expect(200)).body;
    expect(listed).toMatchObject({ status: 'out', loan });

    await shop.clerk.close(rent['id']);
    const { body } = await shop.api
      .patch(`/movie_copies/${copy.id}`)
      .send({ service_state: 'maintenance' })
      .expect(200);
    expect(body).toMatchObject({ status: 'away', loan: null });
    expect(await find(copy.code)).toEqual([{ status: 'away', loan: null, service_state: 'maintenance' }]);
  });
});

describe('the list of rentals', () => {
  const shop = useShop();

  it("is filtered by movie, and by dates of the shop's calendar, both inclusive", async () => {
    await shop.api.patch('/shop').send({ time_zone: 'Europe/Berlin' }).expect(200);
    const [client, movie, other] = [await shop.clerk.client(), await shop.clerk.movie(9), await shop.clerk.movie(1)];
    const at = async (instant: string, copyId: number): Promise<number> => {
      shop.clock.set(instant);
      return (await shop.clerk.rent(client.id, copyId))['id'];
    };
    const first = await at('2026-03-28T22:59:59.999Z', movie.copies[0].id);
    const second = await at('2026-03-28T23:00:00.000Z', movie.copies[1].id);
    const third = await at('2026-03-29T21:59:59.999Z', other.copies[0].id);
    const fourth = await at('2026-03-29T22:00:00.000Z', movie.copies[2].id);
    const list = async (query: string): Promise<number[]> =>
      (await shop.api.get(`/movie_rents?${query}`).expect(200)).body.map(({ id }: { id: number }) => id);

    expect(await list('created_from=2026-03-29')).toEqual([second, third, fourth]);
    expect(await list('created_to=2026-03-29')).toEqual([first, second, third]);
    expect(await list('created_from=2026-03-29&created_to=2026-03-29')).toEqual([second, third]);
    expect(await list(`created_from=2026-03-29&created_to=2026-03-29&movie_id=${movie.id}`)).toEqual([second]);
    expect(await list(`movie_id=${movie.id}&sort=-creation_datetime`)).toEqual([fourth, second, first]);
    expect(await list(`created_from=2026-03-29&is_closed=true`)).toEqual([]);
    await shop.api.patch('/shop').send({ time_zone: 'America/New_York' }).expect(200);
    expect(await list('created_from=0000-01-01&created_to=9999-12-31')).toEqual([first, second, third, fourth]);
    const { body } = await shop.api.get('/movie_rents?created_from=yesterday').expect(422);
    expect(body.errors).toMatchObject([{ parameter: 'created_from', code: 'format' }]);
  });
});
