import { faultyMembers, refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

describe('movies', () => {
  const shop = useShop();

  it('adds a movie without copies and returns its Location', async () => {
    const genre = await shop.clerk.genre();
    const movie = {
      title: 'Paris, Texas',
      description: 'A man walks out of the desert.',
      year: 1984,
      director: 'Wim Wenders',
      genre_id: genre.id,
    };
    const { body, headers } = await shop.api.post('/movies').send(movie).expect(201);
    expect(body).toEqual({
      id: expect.any(Number),
      ...movie,
      rental_days: null,
      rental_rate: null,
      late_fee_per_day: null,
      replacement_cost: null,
      stock: 0,
      available: 0,
      next_due_on: null,
      copies: [],
      copies_url: null,
    });
    expect(headers.location).toBe(`/movies/${body.id}`);
    expect((await shop.api.get(headers.location!).expect(200)).body).toEqual(body);
  });

  it('requires neither a description nor a director', async () => {
    const genre = await shop.clerk.genre();
    const { body } = await shop.api.post('/movies').send({ title: 'Wings', year: 1927, genre_id: genre.id });
    expect(body).toMatchObject({ description: null, director: null });
  });

  it('shows its copies, its stock and the number of available copies', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(3)];
    await shop.clerk.rent(client.id, movie.copies[0].id);
    await shop.api.patch(`/movie_copies/${movie.copies[1].id}`).send({ service_state: 'maintenance' }).expect(200);
    const { body } = await shop.api.get(`/movies/${movie.id}`).expect(200);
    expect(body).toMatchObject({ stock: 3, available: 1 });
    expect(body.copies).toMatchObject([
      { movie_id: movie.id, service_state: 'in_service', is_available: false },
      { movie_id: movie.id, service_state: 'maintenance', is_available: false },
      { movie_id: movie.id, service_state: 'in_service', is_available: true },
    ]);
  });

  it.each(['post', 'put', 'patch'] as const)(
    'returns 422 for an unknown genre on %s, with its pointer',
    async (method) => {
      const { id } = await shop.clerk.movie(0);
      const path = method === 'post' ? '/movies' : `/movies/${id}`;
      const request = shop.api[method](path).send({ title: 'Lost', year: 2000, genre_id: 999_999 });
      const { errors } = await refused(request, 422, 'invalid-input');
      expect(errors).toMatchObject([{ pointer: '#/genre_id', code: 'unknown' }]);
      expect((await shop.api.get('/movies').query({ title: 'lost' })).body).toEqual([]);
    },
  );

  it('replaces a movie and keeps its copies', async () => {
    const [movie, genre] = [await shop.clerk.movie(2, { director: 'Nora Ephron' }), await shop.clerk.genre()];
    const replacement = { title: 'Stalker', year: 1979, genre_id: genre.id };
    const { body } = await shop.api.put(`/movies/${movie.id}`).send(replacement).expect(200);
    expect(body).toEqual({ ...movie, ...replacement, description: null, director: null });
  });

  it('changes the members of a patch and keeps the others', async () => {
    const movie = await shop.clerk.movie(1, { description: 'Words.', director: 'Agnès Varda' });
    const { body } = await shop.api.patch(`/movies/${movie.id}`).send({ year: 1962, description: null }).expect(200);
    expect(body).toEqual({ ...movie, year: 1962, description: null });
  });

  it('finds a movie by its new title after a change', async () => {
    const { id } = await shop.clerk.movie(0, { title: 'Rosebud' });
    await shop.api.patch(`/movies/${id}`).send({ title: 'Citizen Kane' }).expect(200);
    expect((await shop.api.get('/movies').query({ title: 'CITIZEN' })).body).toMatchObject([{ id }]);
    expect((await shop.api.get('/movies').query({ title: 'rosebud' })).body).toEqual([]);
  });

  it('lists all invalid members in one response', async () => {
    const pointers = await faultyMembers(shop.api.post('/movies').send({ title: '', year: 1500, genre_id: 0 }));
    expect(new Set(pointers)).toEqual(new Set(['#/title', '#/year', '#/genre_id']));
  });

  it('deletes a movie that was never lent, with its copies', async () => {
    const { id, copies } = await shop.clerk.movie(2);
    await shop.api.delete(`/movies/${id}`).expect(204, '');
    await refused(shop.api.get(`/movies/${id}`), 404, 'not-found');
    await refused(shop.api.get(`/movie_copies/${copies[0].id}`), 404, 'not-found');
  });

  it('refuses to delete a movie that was lent, and counts its loans', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(2)];
    await shop.clerk.close((await shop.clerk.rent(client.id, movie.copies[0].id)).id);
    await shop.clerk.rent(client.id, movie.copies[0].id, movie.copies[1].id);
    const problem = await refused(shop.api.delete(`/movies/${movie.id}`), 409, 'movie-was-rented');
    expect(problem.loans).toBe(3);
    expect((await shop.api.get(`/movies/${movie.id}`)).body.stock).toBe(2);
  });
});
