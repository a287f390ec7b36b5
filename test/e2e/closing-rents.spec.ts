import { refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

describe('closing rentals', () => {
  const shop = useShop();

  const rental = async (stock: number) => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(stock)];
    const rent = await shop.clerk.rent(client.id, ...movie.copies.map(({ id }: { id: number }) => id));
    return { client, movie, rent };
  };
  const close = (rentId: number) => shop.api.put(`/movie_rents/${rentId}/close`);

  it('returns every copy that is out on it, at one time', async () => {
    const { movie, rent } = await rental(2);
    const { body } = await close(rent.id).expect(200);
    const { closed_datetime } = body;
    expect(Date.parse(closed_datetime)).toBeGreaterThanOrEqual(Date.parse(rent.creation_datetime));
    expect(body).toEqual({
      ...rent,
      is_closed: true,
      closed_datetime,
      details: rent.details.map((line: object) => ({ ...line, returned_datetime: closed_datetime })),
    });
    expect((await shop.api.get(`/movie_rents/${rent.id}`)).body).toEqual(body);
    expect((await shop.api.get(`/movies/${movie.id}`)).body.available).toBe(2);
  });

  it('is idempotent, with the first closing time', async () => {
    const { rent } = await rental(1);
    const first = await close(rent.id).expect(200);
    await new Promise((later) => setTimeout(later, 5));
    expect((await close(rent.id).expect(200)).body).toEqual(first.body);
  });

  it('returns the same response to concurrent requests', async () => {
    const { rent } = await rental(2);
    const answers = await Promise.all(Array.from({ length: 8 }, () => close(rent.id).expect(200)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  it('does not affect later rentals of the same copies', async () => {
    const { client, movie, rent } = await rental(1);
    await close(rent.id).expect(200);
    const next = await shop.clerk.rent(client.id, movie.copies[0].id);
    await close(rent.id).expect(200);
    expect((await shop.api.get(`/movie_rents/${next.id}`)).body).toEqual(next);
  });

  it('returns 404 for an unknown rental', async () => {
    const { detail } = await refused(close(999_999), 404, 'not-found');
    expect(detail).toBe('Movie rent not found');
  });
});
