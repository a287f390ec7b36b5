import { faultyMembers } from '../support/problem.js';
import { useShop } from '../support/shop.js';

describe('a document that was read', () => {
  const shop = useShop();

  /** One of each resource, its path, and another value for a member that may change. */
  const resources = {
    genre: async () => ({ path: `/genres/${(await shop.clerk.genre()).id}`, change: { description: 'Dust.' } }),
    client: async () => ({ path: `/clients/${(await shop.clerk.client()).id}`, change: { address: '1 Lake Rd' } }),
    movie: async () => ({ path: `/movies/${(await shop.clerk.movie(2)).id}`, change: { director: 'Agnès Varda' } }),
    copy: async () => ({
      path: `/movie_copies/${(await shop.clerk.movie(1)).copies[0].id}`,
      change: { service_state: 'maintenance' },
    }),
    rent: async () => {
      const [client, { copies }] = [await shop.clerk.client(), await shop.clerk.movie(2)];
      const rent = await shop.clerk.rent(client.id, copies[0].id, copies[1].id);
      return { path: `/movie_rents/${rent.id}`, change: { client_id: (await shop.clerk.client()).id } };
    },
  };
  const replaceable = ['genre', 'client', 'movie', 'rent'] as const;
  const patchable = ['genre', 'client', 'movie', 'copy'] as const;

  it.each(replaceable)('can be written back by PUT: %s', async (name) => {
    const { path, change } = await resources[name]();
    const { body: read } = await shop.api.get(path).expect(200);
    expect((await shop.api.put(path).send(read).expect(200)).body).toEqual(read);
    const { body: changed } = await shop.api
      .put(path)
      .send({ ...read, ...change })
      .expect(200);
    expect(changed).toEqual({ ...read, ...change });
  });

  it.each(patchable)('can be written back by PATCH: %s', async (name) => {
    const { path, change } = await resources[name]();
    const { body: read } = await shop.api.get(path).expect(200);
    expect((await shop.api.patch(path).send(read).expect(200)).body).toEqual(read);
    expect(
      (
        await shop.api
          .patch(path)
          .send({ ...read, ...change })
          .expect(200)
      ).body,
    ).toMatchObject(change);
  });

  it('can be written back with its stock', async () => {
    const movie = await shop.clerk.movie(2);
    expect((await shop.api.put(`/movies/${movie.id}/with_stock`).send(movie).expect(200)).body).toEqual(movie);
  });

  it('can be written back when the rental is closed', async () => {
    const { path } = await resources.rent();
    const { body: closed } = await shop.api.put(`${path}/close`).expect(200);
    expect((await shop.api.put(path).send(closed).expect(200)).body).toEqual(closed);
  });

  it.each(replaceable)('is refused with one member more, or one misspelt: %s', async (name) => {
    const { path } = await resources[name]();
    const { body: read } = await shop.api.get(path).expect(200);
    expect(await faultyMembers(shop.api.put(path).send({ ...read, titel: 'x', Id: 1 }))).toEqual(['#/titel', '#/Id']);
  });

  it.each(patchable)('is refused as a patch with one member more: %s', async (name) => {
    const { path } = await resources[name]();
    expect(await faultyMembers(shop.api.patch(path).send({ titel: 'x' }))).toEqual(['#/titel']);
  });

  it('is refused with an unknown member in one of its lines', async () => {
    const { path } = await resources.rent();
    const { body: read } = await shop.api.get(path).expect(200);
    read.details[1].returned = true;
    expect(await faultyMembers(shop.api.put(path).send(read))).toEqual(['#/details/1/returned']);
  });
});

describe('what only the service sets', () => {
  const shop = useShop();

  it('is not taken from who adds a movie', async () => {
    const { id } = await shop.clerk.genre();
    const movie = { title: 'Ran', year: 1985, genre_id: id };
    const { body } = await shop.api
      .post('/movies')
      .send({ ...movie, id: 4711, stock: 5, available: 5, copies: [{ code: 'X' }] })
      .expect(201);
    expect(body).toMatchObject({ ...movie, stock: 0, available: 0, copies: [] });
    expect(body.id).not.toBe(4711);
  });

  it('is not taken from who replaces or patches a movie', async () => {
    const movie = await shop.clerk.movie(1);
    const forged = { ...movie, id: 4711, stock: 9, available: 0, copies: [] };
    expect((await shop.api.put(`/movies/${movie.id}`).send(forged).expect(200)).body).toEqual(movie);
    expect((await shop.api.patch(`/movies/${movie.id}`).send(forged).expect(200)).body).toEqual(movie);
  });

  it('is not taken from who rents', async () => {
    const [client, { copies }] = [await shop.clerk.client(), await shop.clerk.movie(1)];
    const past = '2001-01-01T00:00:00.000Z';
    const line = { id: 4711, movie_rent_id: 4711, returned_datetime: past, movie_copy_id: copies[0].id };
    const forged = { id: 4711, is_closed: true, creation_datetime: past, closed_datetime: past };
    const { body } = await shop.api.post('/movie_rents').send({ ...forged, client_id: client.id, details: [line] });
    expect(body).toMatchObject({ is_closed: false, closed_datetime: null, details: [{ returned_datetime: null }] });
    expect(Date.now() - Date.parse(body.creation_datetime)).toBeLessThan(60_000);
    expect([body.id, body.details[0].id, body.details[0].movie_rent_id]).not.toContain(4711);
    const put = await shop.api
      .put(`/movie_rents/${body.id}`)
      .send({ ...body, ...forged, details: [{ ...body.details[0], returned_datetime: past }] })
      .expect(200);
    expect(put.body).toEqual(body);
  });

  it('is not taken from who adds or changes a genre, a client or a copy', async () => {
    const [genre, client] = [await shop.clerk.genre({ id: 4711 }), await shop.clerk.client({ id: 4711 })];
    const { id: movieId } = await shop.clerk.movie(0);
    const copy = await shop.clerk.copy(movieId, {
      id: 4711,
      movie_id: 4712,
      service_state: 'lost',
      is_available: false,
    });
    expect([genre.id, client.id, copy.id]).not.toContain(4711);
    expect(copy).toMatchObject({ movie_id: movieId, service_state: 'in_service', is_available: true });
    const forged = { ...copy, id: 4711, movie_id: 4712, is_available: false };
    expect((await shop.api.patch(`/movie_copies/${copy.id}`).send(forged).expect(200)).body).toEqual(copy);
  });
});
