import { openShop } from '../support/app.js';
import { clerk } from '../support/shop.js';

describe('renting movies', () => {
  let shop: Awaited<ReturnType<typeof openShop>>;
  beforeAll(async () => (shop = await openShop()));
  afterAll(() => shop.close());

  const order = (clientId: number, ...copyIds: number[]) =>
    shop.api.post('/movie_rents').send({ client_id: clientId, details: copyIds.map((id) => ({ movie_copy_id: id })) });

  it('lends the copies that were named and says where the rental is', async () => {
    const [client, movie] = [await clerk(shop.api).client(), await clerk(shop.api).movie(2)];
    const [first, second] = movie.copies;
    const { body, headers } = await order(client.id, first.id, second.id).expect(201);
    expect(headers.location).toBe(`/movie_rents/${body.id}`);
    expect(body).toMatchObject({ client_id: client.id, is_closed: false, closed_datetime: null });
    expect(body.details.map((line: { movie_copy_id: number }) => line.movie_copy_id)).toEqual([first.id, second.id]);
    expect((await shop.api.get(`/movies/${movie.id}`)).body).toMatchObject({ stock: 2, available: 0 });
  });

  it('stores nothing when one line among good ones is bad', async () => {
    const [client, movie] = [await clerk(shop.api).client(), await clerk(shop.api).movie(2)];
    await order(client.id, movie.copies[0].id, 999_999).expect(422);
    expect((await shop.api.get(`/clients/${client.id}/movie_rents`)).body).toEqual([]);
    expect((await shop.api.get(`/movies/${movie.id}`)).body.available).toBe(2);
  });

  it('refuses a copy that is out, and names it', async () => {
    const [client, movie] = [await clerk(shop.api).client(), await clerk(shop.api).movie(1)];
    await clerk(shop.api).rent(client.id, movie.copies[0].id);
    const { body } = await order(client.id, movie.copies[0].id).expect(409);
    expect(body).toMatchObject({ type: '/problems/copy-already-rented', movie_copy_ids: [movie.copies[0].id] });
    expect(body.errors).toMatchObject([{ pointer: '#/details/0/movie_copy_id', code: 'copy_rented' }]);
  });

  it('refuses a copy that is named twice in one basket', async () => {
    const [client, movie] = [await clerk(shop.api).client(), await clerk(shop.api).movie(1)];
    const { body } = await order(client.id, movie.copies[0].id, movie.copies[0].id).expect(422);
    expect(body.errors).toMatchObject([{ pointer: '#/details/1/movie_copy_id', code: 'duplicate_copy' }]);
  });

  it('picks a free copy where only the movie is named', async () => {
    const [client, movie] = [await clerk(shop.api).client(), await clerk(shop.api).movie(1)];
    const details = [{ movie_id: movie.id }];
    const { body } = await shop.api.post('/movie_rents').send({ client_id: client.id, details }).expect(201);
    expect(body.details[0].movie_copy_id).toBe(movie.copies[0].id);
    const refusal = await shop.api.post('/movie_rents').send({ client_id: client.id, details }).expect(409);
    expect(refusal.body).toMatchObject({ type: '/problems/no-copy-available', movie_ids: [movie.id] });
  });

  it('closes a rental once, and answers the same again', async () => {
    const [client, movie] = [await clerk(shop.api).client(), await clerk(shop.api).movie(1)];
    const rent = await clerk(shop.api).rent(client.id, movie.copies[0].id);
    const closed = await shop.api.put(`/movie_rents/${rent.id}/close`).expect(200);
    expect(closed.body.is_closed).toBe(true);
    const again = await shop.api.put(`/movie_rents/${rent.id}/close`).expect(200);
    expect(again.body).toEqual(closed.body);
  });

  it('takes a rental back that was entered by mistake', async () => {
    const [client, movie] = [await clerk(shop.api).client(), await clerk(shop.api).movie(1)];
    const rent = await clerk(shop.api).rent(client.id, movie.copies[0].id);
    await shop.api.delete(`/movie_rents/${rent.id}`).expect(204);
    await shop.api.get(`/movie_rents/${rent.id}`).expect(404);
    await order(client.id, movie.copies[0].id).expect(201);
  });
});
