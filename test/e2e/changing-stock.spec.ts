import { refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

describe('changing the stock of a movie', () => {
  const shop = useShop();

  type Movie = Awaited<ReturnType<typeof shop.clerk.movie>>;
  const change = ({ id, title, year, genre_id }: Movie, stock: number, members: object = {}) =>
    shop.api.put(`/movies/${id}/with_stock`).send({ title, year, genre_id, stock, ...members });
  const idsOf = ({ copies }: { copies: { id: number }[] }) => copies.map(({ id }) => id);

  it('adds copies to raise it, and keeps the existing ones', async () => {
    const movie = await shop.clerk.movie(1);
    const { body } = await change(movie, 3).expect(200);
    expect(body).toMatchObject({ stock: 3, available: 3 });
    expect(body.copies[0]).toEqual(movie.copies[0]);
    expect((await shop.api.get(`/movies/${movie.id}`)).body).toEqual(body);
  });

  it('retires the newest copies to lower it', async () => {
    const movie = await shop.clerk.movie(4);
    const { body } = await change(movie, 2).expect(200);
    expect(body).toMatchObject({ stock: 2, available: 2 });
    expect(idsOf(body)).toEqual(idsOf(movie as never).slice(0, 2));
    const all = await shop.api.get(`/movies/${movie.id}/copies`).expect(200);
    expect(all.body.map(({ service_state }: { service_state: string }) => service_state)).toEqual([
      'in_service',
      'in_service',
      'retired',
      'retired',
    ]);
  });

  it('lowers it by available copies, even if others are newer', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(4)];
    const [first, second, third, fourth] = idsOf(movie as never);
    await shop.clerk.rent(client.id, fourth!);
    await shop.api.patch(`/movie_copies/${third}`).send({ service_state: 'maintenance' }).expect(200);
    const { body } = await change(movie, 3).expect(200);
    expect(idsOf(body)).toEqual([first, third, fourth]);
    expect((await shop.api.get(`/movie_copies/${second}`)).body.service_state).toBe('retired');
  });

  it('adds copies that are listed beside the existing ones, with their own barcodes', async () => {
    const movie = await shop.clerk.movie(1);
    const put = (members: object) => shop.api.put(`/movies/${movie.id}/with_stock`).send({ ...movie, ...members });
    const copies = [...movie.copies, { code: `OWN-${movie.id}` }];
    const { body } = await put({ stock: 2, copies }).expect(200);
    expect(body).toMatchObject({ stock: 2, copies: [movie.copies[0], { code: `OWN-${movie.id}` }] });
    // Named by their codes, and repeated.
    const byCode = body.copies.map(({ code }: { code: string }) => ({ code: code.toLowerCase() }));
    expect((await put({ stock: 2, copies: byCode }).expect(200)).body).toEqual(body);
    expect((await put({ stock: undefined, copies: [...byCode, {}] }).expect(200)).body.stock).toBe(3);
  });

  it('raises or lowers it if the copies are written back as they were read', async () => {
    const movie = await shop.clerk.movie(2);
    const put = (document: object) => shop.api.put(`/movies/${movie.id}/with_stock`).send(document);
    const { body: raised } = await put({ ...movie, stock: 3 }).expect(200);
    expect(raised.copies).toHaveLength(3);
    expect((await put({ ...raised, stock: 1 }).expect(200)).body.copies).toEqual([movie.copies[0]]);
  });

  it('refuses missing, foreign or changed copies, and a stock that contradicts the added ones', async () => {
    const [movie, foreign] = [await shop.clerk.movie(2), await shop.clerk.movie(1)];
    const [first, second] = movie.copies;
    const errorsOf = async (members: object) => {
      const put = shop.api.put(`/movies/${movie.id}/with_stock`).send({ ...movie, title: 'Changed', ...members });
      const { errors } = await refused(put, 422, 'invalid-input');
      return errors.map(({ pointer, code }: { pointer: string; code: string }) => `${pointer} ${code}`);
    };
    expect(await errorsOf({ stock: 1, copies: [first] })).toEqual(['#/copies copies_missing']);
    expect(await errorsOf({ copies: [first, second, foreign.copies[0]] })).toEqual([
      '#/copies/2/id unknown',
      '#/stock stock_disagrees',
    ]);
    expect(await errorsOf({ copies: [first, { ...second, code: 'OTHER' }] })).toEqual(['#/copies/1/code read_only']);
    expect(await errorsOf({ stock: 2, copies: [first, second, { code: 'NEW' }] })).toEqual(['#/stock stock_disagrees']);
    expect(await errorsOf({ copies: [first, { ...second, service_state: 'lost' }] })).toEqual([
      '#/copies/1/service_state read_only',
    ]);
    expect(await errorsOf({ stock: undefined, copies: undefined })).toEqual(['#/stock required']);
    expect((await shop.api.get(`/movies/${movie.id}`)).body).toEqual(movie);
    const taken = { ...movie, stock: 3, copies: [first, second, { code: foreign.copies[0].code }] };
    await refused(shop.api.put(`/movies/${movie.id}/with_stock`).send(taken), 409, 'copy-code-taken');
  });

  it('refuses to lower it below the copies that are out or in maintenance, and changes nothing', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(3)];
    const [first, second] = idsOf(movie as never);
    await shop.clerk.rent(client.id, first!);
    await shop.api.patch(`/movie_copies/${second}`).send({ service_state: 'maintenance' }).expect(200);
    const before = (await shop.api.get(`/movies/${movie.id}`)).body;
    const problem = await refused(change(movie, 1, { title: 'Changed', year: 2001 }), 409, 'stock-too-low');
    expect(problem).toMatchObject({ stock: 3, retirable: 1 });
    expect((await shop.api.get(`/movies/${movie.id}`)).body).toEqual(before);
    await change(movie, 2).expect(200);
  });

  it('changes the movie with it atomically', async () => {
    const [movie, genre] = [await shop.clerk.movie(1, { director: 'Nora Ephron' }), await shop.clerk.genre()];
    const members = { title: 'Solaris', year: 1972, genre_id: genre.id };
    const { body } = await change(movie, 2, members).expect(200);
    expect(body).toMatchObject({ ...members, director: null, stock: 2 });
  });

  it('changes nothing if the genre is unknown', async () => {
    const movie = await shop.clerk.movie(1);
    const { errors } = await refused(change(movie, 2, { genre_id: 999_999 }), 422, 'invalid-input');
    expect(errors).toMatchObject([{ pointer: '#/genre_id', code: 'unknown' }]);
    expect((await shop.api.get(`/movies/${movie.id}`)).body).toEqual(movie);
  });

  it('keeps the copies if the stock stays the same', async () => {
    const movie = await shop.clerk.movie(2);
    expect((await change(movie, 2).expect(200)).body).toEqual(movie);
  });

  it('raises it by new copies, and never restores retired ones', async () => {
    const movie = await shop.clerk.movie(1);
    await change(movie, 0).expect(200);
    const { body } = await change(movie, 1).expect(200);
    expect(idsOf(body)).not.toEqual(idsOf(movie as never));
  });

  it('raises it to 10,000 and lowers it to 0 again', async () => {
    const movie = await shop.clerk.movie(1);
    expect((await change(movie, 10_000).expect(200)).body).toMatchObject({ stock: 10_000, available: 10_000 });
    expect((await change(movie, 0).expect(200)).body).toMatchObject({ stock: 0, available: 0, copies: [] });
  });

  it('refuses the 10,001st copy in the list of a movie that is written back', async () => {
    const { id } = await shop.clerk.movie(10_000);
    const { body: movie } = await shop.api.get(`/movies/${id}`).expect(200);
    const put = shop.api.put(`/movies/${id}/with_stock`);
    const problem = await refused(
      put.send({ ...movie, stock: undefined, copies: [...movie.copies, {}] }),
      409,
      'stock-too-high',
    );
    expect(problem.limit).toBe(10_000);
  });
});
