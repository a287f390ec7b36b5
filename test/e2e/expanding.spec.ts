import { faultyParameters, refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

/* eslint-disable @typescript-eslint/no-explicit-any -- documents are checked member by member */
describe('?expand=', () => {
  const shop = useShop();
  let genre: Record<string, any>, movie: Record<string, any>, client: Record<string, any>, rent: Record<string, any>;
  beforeAll(async () => {
    genre = await shop.clerk.genre({ description: 'Swords.' });
    movie = await shop.clerk.movie(1, { genre_id: genre['id'] });
    client = await shop.clerk.client({ address: '1 Lake Rd', license_number: 'L-1' });
    rent = await shop.clerk.rent(client['id'], movie['copies'][0].id);
    movie = (await shop.api.get(`/movies/${movie['id']}`).expect(200)).body;
  });

  it('shows a movie with its genre', async () => {
    const { body } = await shop.api.get(`/movies/${movie['id']}?expand=genre`).expect(200);
    expect(body).toEqual({ ...movie, genre });
  });

  it('shows each movie of a list with its genre', async () => {
    const other = await shop.clerk.movie(0);
    const { body } = await shop.api.get('/movies?expand=genre').expect(200);
    expect(body.map((each: any) => each.genre.id)).toEqual([genre['id'], other['genre_id']]);
    const { body: ofGenre } = await shop.api.get(`/genres/${genre['id']}/movies?expand=genre`).expect(200);
    expect(ofGenre).toEqual([{ ...movie, genre }]);
  });

  it('shows a rental with its client', async () => {
    const { body } = await shop.api.get(`/movie_rents/${rent['id']}?expand=client`).expect(200);
    expect(body).toEqual({ ...rent, client });
  });

  it('shows each rental of a list with its client', async () => {
    for (const path of ['/movie_rents', `/clients/${client['id']}/movie_rents`]) {
      const { body } = await shop.api.get(`${path}?expand=client&limit=1`).expect(200);
      expect(body).toEqual([{ ...rent, client }]);
    }
  });

  it('shows no expansion without ?expand', async () => {
    expect((await shop.api.get(`/movie_rents/${rent['id']}`)).body).toEqual(rent);
    expect((await shop.api.get('/movies')).body[0]).toEqual(movie);
  });

  it('refuses unknown and repeated expansions', async () => {
    for (const query of ['?expand=client', '?expand=copies', '?expand=', '?expand=genre&expand=genre']) {
      expect(await faultyParameters(shop.api.get(`/movies${query}`))).toEqual(['expand']);
    }
    expect(await faultyParameters(shop.api.put('/movies/1?expand=genre').send(movie))).toEqual(['expand']);
  });

  it('allows writing back an expanded document with If-Match', async () => {
    const path = `/movies/${movie['id']}`;
    const read = await shop.api.get(`${path}?expand=genre`).expect(200);
    const write = () =>
      shop.api
        .put(path)
        .send({ ...read.body, year: 2001 })
        .set('If-Match', read.headers['etag']!);
    await write().expect(200);
    await refused(write(), 412, 'precondition-failed');
  });

  it('changes the ETag with the expanded resource', async () => {
    const tag = async () => (await shop.api.get(`/movies/${movie['id']}?expand=genre`).expect(200)).headers['etag']!;
    const before = await tag();
    await shop.api.get(`/movies/${movie['id']}?expand=genre`).set('If-None-Match', before).expect(304);
    await shop.api.patch(`/genres/${genre['id']}`).send({ description: 'Swords and rain.' }).expect(200);
    expect(await tag()).not.toBe(before);
  });
});
