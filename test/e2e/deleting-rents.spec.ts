import { refused } from '../support/problem.js';
import { useShop } from '../support/shop.js';

describe('deleting rents', () => {
  const shop = useShop();

  const rental = async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(2)];
    const rent = await shop.clerk.rent(client.id, movie.copies[0].id, movie.copies[1].id);
    return { client, movie, rent };
  };

  it('takes back a rental that was entered by mistake, as if it had never been', async () => {
    const { client, movie, rent } = await rental();
    await shop.api.delete(`/movie_rents/${rent.id}`).expect(204, '');
    await refused(shop.api.get(`/movie_rents/${rent.id}`), 404, 'not-found');
    expect((await shop.api.get(`/movies/${movie.id}`)).body.available).toBe(2);
    await shop.api.delete(`/movies/${movie.id}`).expect(204);
    await shop.api.delete(`/clients/${client.id}`).expect(204);
  });

  it('takes back a closed rental too, and leaves the others of the same copies', async () => {
    const { client, movie, rent } = await rental();
    await shop.clerk.close(rent.id);
    const next = await shop.clerk.rent(client.id, movie.copies[0].id);
    await shop.api.delete(`/movie_rents/${rent.id}`).expect(204);
    expect((await shop.api.get(`/clients/${client.id}/movie_rents`)).body).toEqual([next]);
  });

  it('takes it back once', async () => {
    const { rent } = await rental();
    const remove = () => shop.api.delete(`/movie_rents/${rent.id}`);
    const statuses = (await Promise.all([remove(), remove()])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([204, 404]);
  });
});
