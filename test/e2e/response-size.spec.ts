import type { Response } from 'supertest';
import { linksOf, walk } from '../support/http/paging.js';
import { refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';
import type { MovieBody } from '../support/bodies.js';

const maxPageBytes = 2_000_000;

describe('a page of at most 2 MB', () => {
  const shop = useShop();
  /** Half a megabyte each: 100 lines, each with the description of the movie. */
  let rentals: number[];
  let path: string;

  const idsOf = ({ body }: Response): number[] => (body as { id: number }[]).map(({ id }) => id);
  /** Creates rentals of all copies of a movie, one after another. */
  const rentalsOf = async (description: string, count: number, members: object = {}) => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(100, { description, ...members })];
    const copyIds = (movie['copies'] as { id: number }[]).map(({ id }) => id);
    const ids: number[] = [];
    for (let made = 0; made < count; made++) {
      const { id } = await shop.clerk.rent(client['id'] as number, ...copyIds);
      ids.push(id as number);
      await shop.clerk.close(id as number);
    }
    return { path: `/clients/${client['id']}/movie_rents`, ids };
  };

  beforeAll(async () => {
    ({ path, ids: rentals } = await rentalsOf('x'.repeat(5000), 7));
  });

  it('ends early, and links to the rest', async () => {
    const page = await shop.api.get(`${path}?limit=200&include_total=true`).expect(200);
    expect(idsOf(page)).toEqual(rentals.slice(0, 3));
    expect(page.text.length).toBeLessThanOrEqual(maxPageBytes);
    expect(page.headers['x-total-count']).toBe('7');
    const next = await shop.api.get(linksOf(page).next!).expect(200);
    expect(idsOf(next)).toEqual(rentals.slice(3, 6));
    expect(idsOf(await shop.api.get(linksOf(next).prev!).expect(200))).toEqual(rentals.slice(0, 3));
  });

  it.each(['id', '-creation_datetime'])(
    'is followed by %s through every row once, forwards and backwards',
    async (sort) => {
      const expected = sort.startsWith('-') ? [...rentals].reverse() : rentals;
      let page = await shop.api.get(`${path}?limit=200&sort=${sort}`).expect(200);
      const forwards = [idsOf(page)];
      for (let next; (next = linksOf(page).next); forwards.push(idsOf(page)))
        page = await shop.api.get(next).expect(200);
      expect(forwards).toEqual([expected.slice(0, 3), expected.slice(3, 6), expected.slice(6)]);
      const backwards = await walk(shop.api, linksOf(page).prev!, 'prev');
      expect(backwards).toEqual([expected.slice(3, 6), expected.slice(0, 3)]);
    },
  );

  it('applies to all rentals, not only those of a client', async () => {
    const pages = await walk(shop.api, '/movie_rents?limit=200', 'next');
    expect(new Set(pages.flat()).size).toBe(pages.flat().length);
    expect(pages.flat()).toEqual(expect.arrayContaining(rentals));
  });

  it('has an ETag of the sent bytes: 304, and HEAD like GET', async () => {
    const get = shop.api.get(`${path}?limit=200`).set('Accept-Encoding', 'identity');
    const { headers } = await get.expect(200);
    const conditional = await shop.api.get(`${path}?limit=200`).set('If-None-Match', headers['etag']!).expect(304);
    expect(conditional.headers['link']).toBe(headers['link']);
    const head = await shop.api.head(`${path}?limit=200`).set('Accept-Encoding', 'identity').expect(200);
    expect([head.headers['etag'], head.headers['link']]).toEqual([headers['etag'], headers['link']]);
    const later = await shop.api.get(linksOf(conditional).next!).expect(200);
    expect(later.headers['etag']).not.toBe(headers['etag']);
  });

  it('counts bytes, not characters', async () => {
    const { path, ids } = await rentalsOf('界'.repeat(5000), 2);
    const pages = await walk(shop.api, `${path}?limit=200`, 'next');
    expect(pages).toEqual(ids.map((id) => [id]));
  });

  it('has at least one row, even a larger one', async () => {
    // Each of these takes four bytes, and counts as one character.
    const [description, title] = [5000, 255].map((length) => '🎬'.repeat(length)) as [string, string];
    const { path, ids } = await rentalsOf(description, 2, { title, director: title });
    const { text } = await shop.api.get(`${path}?limit=1`).expect(200);
    expect(Buffer.byteLength(text)).toBeGreaterThan(maxPageBytes);
    expect(await walk(shop.api, `${path}?limit=200`, 'next')).toEqual(ids.map((id) => [id]));
  });
});

describe('a movie with more than 200 copies', () => {
  const shop = useShop();
  const add = async (stock: number, members?: { genre_id: number }) =>
    (await shop.clerk.movie(stock, members)) as MovieBody;
  const get = async ({ id }: MovieBody) => (await shop.api.get(`/movies/${id}`).expect(200)).body as MovieBody;
  const change = ({ id, title, year, genre_id }: MovieBody, stock: number) =>
    shop.api.put(`/movies/${id}/with_stock`).send({ title, year, genre_id, stock });

  it.each([199, 200])('shows all of %d copies', async (stock) => {
    const movie = await add(stock);
    expect(movie).toMatchObject({ stock, available: stock, copies_url: null });
    expect(movie.copies).toHaveLength(stock);
    expect(await get(movie)).toEqual(movie);
  });

  it.each([201, 10_000])('shows the 200 oldest of %d copies, the exact count and a link', async (stock) => {
    const { id: genre_id } = await shop.clerk.genre();
    const movie = await add(stock, { genre_id });
    expect(movie).toMatchObject({ stock, available: stock, copies_url: `/movies/${movie.id}/copies` });
    expect(movie.copies).toHaveLength(200);
    expect(await get(movie)).toEqual(movie);
    const { body } = await shop.api.get(`/genres/${movie.genre_id}/movies`).expect(200);
    expect(body).toEqual([movie]);
    expect((await shop.api.get(`/movies?genre_id=${movie.genre_id}&limit=200`).expect(200)).body).toEqual([movie]);
    const { headers } = await shop.api.get(`${movie.copies_url}?limit=200&include_total=true`).expect(200);
    expect(headers['x-total-count']).toBe(String(stock));
  });

  it('counts copies that are out, in maintenance, lost or retired, beyond those shown', async () => {
    const [client, movie] = [await shop.clerk.client(), await add(300)];
    const { body: all } = await shop.api.get(`${movie.copies_url}?limit=200&sort=-id`).expect(200);
    const [newest, second, third, fourth] = (all as { id: number }[]).map(({ id }) => id);
    await shop.clerk.rent(client['id'] as number, movie.copies[0]!.id, newest!);
    await shop.api.patch(`/movie_copies/${second}`).send({ service_state: 'maintenance' }).expect(200);
    await shop.api.patch(`/movie_copies/${third}`).send({ service_state: 'lost' }).expect(200);
    await shop.api.patch(`/movie_copies/${fourth}`).send({ service_state: 'retired' }).expect(200);
    expect(await get(movie)).toMatchObject({ stock: 298, available: 295 });
    const problem = await refused(change(movie, 2), 409, 'stock-too-low');
    expect(problem).toMatchObject({ stock: 298, retirable: 295 });
    const { body: lowered } = await change(movie, 3).expect(200);
    expect(lowered).toMatchObject({ stock: 3, available: 0, copies_url: null });
    expect((lowered as MovieBody).copies.map(({ id }) => id)).toEqual([movie.copies[0]!.id, second, newest]);
  });

  it('keeps its oldest copies when its stock is lowered, and has at most 10,000', async () => {
    const movie = await add(10_000);
    await refused(shop.api.post(`/movies/${movie.id}/copies`).send({}), 409, 'stock-too-high');
    const { body } = await change(movie, 250).expect(200);
    expect(body).toEqual({ ...movie, stock: 250, available: 250 });
    const { body: all } = await shop.api.get(`${movie.copies_url}?limit=200&sort=-id`).expect(200);
    expect(new Set((all as { service_state: string }[]).map(({ service_state }) => service_state))).toEqual(
      new Set(['retired']),
    );
    expect((await change(movie, 3).expect(200)).body).toMatchObject({ stock: 3, copies: movie.copies.slice(0, 3) });
  });

  it('can be written back as it was read, and changed by If-Match', async () => {
    const movie = await add(201);
    const { headers } = await shop.api.get(`/movies/${movie.id}`).expect(200);
    expect((await shop.api.put(`/movies/${movie.id}`).send(movie).expect(200)).body).toEqual(movie);
    expect((await shop.api.put(`/movies/${movie.id}/with_stock`).send(movie).expect(200)).body).toEqual(movie);
    const rename = (tag: string) =>
      shop.api.patch(`/movies/${movie.id}`).set('If-Match', tag).send({ title: 'Renamed' });
    await rename(headers['etag']!).expect(200);
    await refused(rename(headers['etag']!), 412, 'precondition-failed');
  });

  it('never rents a copy beyond those shown twice', async () => {
    const [client, movie] = [await shop.clerk.client(), await add(201)];
    const { body: all } = await shop.api.get(`${movie.copies_url}?limit=1&sort=-id`).expect(200);
    const order = { client_id: client['id'] as number, details: [{ movie_copy_id: (all as { id: number }[])[0]!.id }] };
    await shop.api.post('/movie_rents').send(order).expect(201);
    await refused(shop.api.post('/movie_rents').send(order), 409, 'copy-already-rented');
    expect(await get(movie)).toMatchObject({ stock: 201, available: 200 });
  });
});
