import { refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

/** Requests of clients of the former service (FastAPI). */
describe('the legacy API', () => {
  const shop = useShop();

  it('serves each of the 26 requests of the former client', async () => {
    const { api } = shop;
    const created = async (path: string, body: object) => (await api.post(path).send(body).expect(201)).body;
    const updated = async (path: string, body?: object) => (await api.put(path).send(body).expect(200)).body;
    const read = async (path: string) => (await api.get(path).expect(200)).body;

    expect(await read('/')).toMatchObject({ message: expect.any(String) });
    expect(await read('/health')).toEqual({ status: 'healthy' });
    expect(await read('/version')).toEqual({ version: expect.any(String) });

    const genre = await created('/genres/', { name: 'Drama', description: 'Tears.' });
    const renamed = (await api.post(`/genres/${genre.id}`).send({ name: 'Tragedy' }).expect(200)).body;
    expect(renamed).toEqual({ ...genre, name: 'Tragedy' });
    expect(await read(`/genres/${genre.id}`)).toEqual(renamed);
    expect(await read('/genres/')).toEqual([renamed]);

    const wanted = { title: 'Ran', description: 'Rain.', year: 1985, director: 'Kurosawa', genre_id: genre.id };
    const bare = await created('/movie', wanted);
    expect(await read(`/movies/${bare.id}`)).toMatchObject({ ...wanted, stock: 0 });
    expect(await updated(`/movies/${bare.id}`, { ...wanted, year: 1986 })).toMatchObject({ year: 1986 });
    const movie = await created('/movies/with_stock', { ...wanted, title: 'Ikiru', stock: 1 });
    const raised = await updated(`/movies/${movie.id}/with_stock`, { ...wanted, title: 'Ikiru', stock: 2 });
    expect(raised.copies).toHaveLength(2);
    expect(await read('/movies/')).toHaveLength(2);

    const person = { first_name: 'Kanji', last_name: 'Watanabe', address: '1 Park', license_number: 4711 };
    const client = await created('/clients/', person);
    expect(client.license_number).toBe('4711');
    expect(await updated(`/clients/${client.id}`, { ...person, address: '2 Park' })).toMatchObject({
      address: '2 Park',
    });
    expect(await read(`/clients/${client.id}`)).toMatchObject({ address: '2 Park' });
    expect(await read('/clients/')).toHaveLength(1);

    const [first, second] = raised.copies;
    const lines = [{ movie_copy_id: first.id }];
    const rent = await created('/movie_rents/', { client_id: client.id, details: lines });
    expect(await read(`/movie_rents/${rent.id}`)).toEqual(rent);
    const kept = [{ id: rent.details[0].id, movie_copy_id: second.id }];
    const changed = await updated(`/movie_rents/${rent.id}`, { client_id: client.id, details: kept });
    expect(changed.details).toMatchObject(kept);
    expect(await updated(`/movie_rents/${rent.id}/close`)).toMatchObject({ is_closed: true });
    expect(await read('/movie_rents/')).toHaveLength(1);

    for (const { path } of [
      { path: `/movie_rents/${rent.id}` },
      { path: `/movies/${movie.id}` },
      { path: `/movies/${bare.id}` },
      { path: `/clients/${client.id}` },
      { path: `/genres/${genre.id}` },
    ]) {
      await api.delete(path).expect(204);
    }
  });

  it.each(['genres', 'movies', 'clients', 'movie_rents', 'movie_copies'])(
    'lists /%s/ with a trailing slash as without it, with links',
    async (collection) => {
      const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(2)];
      for (const { id } of movie.copies) await shop.clerk.rent(client.id, id);
      const slashed = await shop.api.get(`/${collection}/?limit=1&sort=-id`).expect(200);
      expect(slashed.body).toEqual((await shop.api.get(`/${collection}?limit=1&sort=-id`)).body);
      const next = /<([^>]*)>; rel="next"/.exec(slashed.headers['link'] ?? '')?.[1];
      if (next) await shop.api.get(next).expect(200);
    },
  );

  it('keeps members that the legacy update of a genre omits', async () => {
    const genre = await shop.clerk.genre({ description: 'Dust.' });
    const { body } = await shop.api.post(`/genres/${genre.id}`).send({ description: 'Dirt.' }).expect(200);
    expect(body).toEqual({ ...genre, description: 'Dirt.' });
    expect((await shop.api.post(`/genres/${genre.id}/`).send({}).expect(200)).body).toEqual(body);
  });

  it('returns the Location of a movie added by the legacy path', async () => {
    const { id } = await shop.clerk.genre();
    const { body, headers } = await shop.api.post('/movie').send({ title: 'M', year: 1931, genre_id: id }).expect(201);
    expect(headers.location).toBe(`/movies/${body.id}`);
    expect((await shop.api.get(`/movies/${body.id}`)).body).toEqual(body);
  });

  it.each([0, 4712, 9_007_199_254_740_991])('accepts the license number %d as a number', async (license_number) => {
    const { id } = await shop.clerk.client({ license_number });
    expect((await shop.api.get(`/clients/${id}`)).body.license_number).toBe(String(license_number));
    const found = await shop.api.get(`/clients/?license_number=${license_number}`).expect(200);
    expect(found.body).toMatchObject([{ id }]);
  });

  it('refuses the name of another genre by the legacy path too', async () => {
    const [one, other] = [await shop.clerk.genre(), await shop.clerk.genre()];
    const problem = await refused(
      shop.api.post(`/genres/${one.id}`).send({ name: other.name }),
      409,
      'genre-name-taken',
    );
    expect(problem.genre_name).toBe(other.name);
  });

  const deprecated = { deprecation: '@1795651200', sunset: 'Sat, 01 Jan 2028 00:00:00 GMT' };

  it('has Deprecation and Sunset in each response (RFC 9745, RFC 8594)', async () => {
    const { id } = await shop.clerk.genre();
    const movie = { title: 'M', year: 1931, genre_id: id };
    for (const { headers } of [
      await shop.api.post('/movie').send(movie).expect(201),
      await shop.api.post('/movie').send({}).expect(422),
      await shop.api.post(`/genres/${id}`).send({ description: 'Dust.' }).expect(200),
      await shop.api.post('/genres/2147483647').send({}).expect(404),
    ]) {
      expect(headers).toMatchObject(deprecated);
    }
    expect(new Date(deprecated.sunset).getTime()).toBeGreaterThan(Number(deprecated.deprecation.slice(1)) * 1000);
  });

  it('has Deprecation in a replayed response too, and in no response of other paths', async () => {
    const { id: genre_id } = await shop.clerk.genre();
    const send = (path: string) =>
      shop.api
        .post(path)
        .send({ title: 'M', year: 1931, genre_id })
        .set('Idempotency-Key', `old ${path}`.replace(' ', '-'));
    await send('/movie').expect(201);
    expect((await send('/movie').expect('Idempotency-Replayed', 'true')).headers).toMatchObject(deprecated);
    for (const { headers } of [await send('/movies').expect(201), await shop.api.get(`/genres/${genre_id}`)]) {
      expect(headers).not.toHaveProperty('deprecation');
      expect(headers).not.toHaveProperty('sunset');
    }
  });
});
