import { queryRaw } from '../support/database/raw-database.js';
import { faultyMembers, refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';
import { statuses } from '../support/statuses.js';

describe('PATCH /movie_copies/{id} with movie_id', () => {
  const shop = useShop();

  const move = (copyId: number, movieId: unknown, members: object = {}) =>
    shop.api.patch(`/movie_copies/${copyId}`).send({ movie_id: movieId, ...members });
  const movie = async (id: number) => (await shop.api.get(`/movies/${id}`).expect(200)).body;
  const rent = (clientId: number, line: object) =>
    shop.api.post('/movie_rents').send({ client_id: clientId, details: [line] });
  const eventsOf = async (copyId: number) => {
    const sql = `SELECT type, changes FROM event WHERE type = 'copy.moved' AND resource_id = ${copyId} ORDER BY id`;
    return queryRaw<{ type: string; changes: string }>(shop.databaseUrl, sql);
  };

  it('moves a copy that was never rented, updates the stock of both movies, and records it once', async () => {
    const [wrong, right] = [await shop.clerk.movie(2), await shop.clerk.movie(1)];
    const [copy] = wrong.copies;
    for (const _ of ['first', 'repeated']) {
      const { body } = await move(copy.id, right.id).expect(200);
      expect(body).toEqual({ ...copy, movie_id: right.id, status: 'in', loan: null });
    }
    expect(await movie(wrong.id)).toMatchObject({ stock: 1, available: 1, copies: [{ id: wrong.copies[1].id }] });
    expect(await movie(right.id)).toMatchObject({ stock: 2, available: 2, copies: [{ id: copy.id }, {}] });
    expect((await shop.api.get(`/movies/${right.id}/copies`)).body).toMatchObject([{ id: copy.id }, {}]);
    const [event, ...others] = await eventsOf(copy.id);
    expect([event!.type, JSON.parse(event!.changes), others]).toEqual([
      'copy.moved',
      { movie_id: right.id, former_movie_id: wrong.id },
      [],
    ]);
  });

  it('moves, renames and retires in one request', async () => {
    const [wrong, right] = [await shop.clerk.movie(1), await shop.clerk.movie(0)];
    const { body } = await move(wrong.copies[0].id, right.id, { code: 'MOVED-1', service_state: 'retired' }).expect(
      200,
    );
    expect(body).toMatchObject({ movie_id: right.id, code: 'MOVED-1', service_state: 'retired' });
    expect((await movie(right.id)).stock).toBe(0);
  });

  it('lends the copy with the terms of its new movie', async () => {
    const [client, wrong, right] = [
      await shop.clerk.client(),
      await shop.clerk.movie(1, { rental_rate: 100 }),
      await shop.clerk.movie(0, { rental_rate: 900 }),
    ];
    await move(wrong.copies[0].id, right.id).expect(200);
    await refused(rent(client.id, { movie_id: wrong.id }), 409, 'no-copy-available');
    const { body } = await rent(client.id, { movie_id: right.id }).expect(201);
    expect(body.details).toMatchObject([{ movie_copy_id: wrong.copies[0].id, rental_rate: 900 }]);
  });

  it.each(['out', 'returned', 'void'])('returns 409 copy-was-rented for a copy whose loan is %s', async (state) => {
    const [client, wrong, right] = [await shop.clerk.client(), await shop.clerk.movie(1), await shop.clerk.movie(0)];
    const [copy] = wrong.copies;
    const { id } = await shop.clerk.rent(client.id, copy.id);
    if (state === 'returned') await shop.clerk.close(id);
    if (state === 'void') await shop.api.post(`/movie_rents/${id}/void`).send({ comment: 'Wrong disc.' }).expect(200);
    const problem = await refused(move(copy.id, right.id, { code: 'NEVER-GIVEN' }), 409, 'copy-was-rented');
    expect(problem).toMatchObject({ loans: 1, detail: expect.stringContaining('cannot be moved') });
    expect(await movie(right.id)).toMatchObject({ stock: 0 });
    expect((await shop.api.get('/movie_copies?code=NEVER-GIVEN')).body).toEqual([]);
    // The current movie is not a move.
    await move(copy.id, wrong.id).expect(200);
    expect(await eventsOf(copy.id)).toEqual([]);
  });

  it('moves a copy whose only rental was deleted', async () => {
    const [client, wrong, right] = [await shop.clerk.client(), await shop.clerk.movie(1), await shop.clerk.movie(0)];
    const { id } = await shop.clerk.rent(client.id, wrong.copies[0].id);
    await shop.api.delete(`/movie_rents/${id}`).expect(204);
    await move(wrong.copies[0].id, right.id).expect(200);
  });

  it('returns 422 for an unknown movie, and for an invalid id', async () => {
    const { id, copies } = await shop.clerk.movie(1);
    const { errors } = await refused(move(copies[0].id, 2 ** 31 - 1), 422, 'invalid-input');
    expect(errors).toMatchObject([{ pointer: '#/movie_id', code: 'unknown' }]);
    for (const movieId of [null, 'x', 0, -1, 1.5, 2 ** 31]) {
      expect(await faultyMembers(move(copies[0].id, movieId))).toEqual(['#/movie_id']);
    }
    await refused(move(2 ** 31 - 1, id), 404, 'not-found');
  });

  it('returns 409 stock-too-high if the movie has 10,000 copies, unless the copy does not count as stock', async () => {
    const [full, wrong] = [await shop.clerk.movie(10_000), await shop.clerk.movie(2)];
    expect((await refused(move(wrong.copies[0].id, full.id), 409, 'stock-too-high')).limit).toBe(10_000);
    await move(wrong.copies[0].id, full.id, { service_state: 'lost' }).expect(200);
    const found = shop.api.patch(`/movie_copies/${wrong.copies[0].id}`).send({ service_state: 'in_service' });
    await refused(found, 409, 'stock-too-high');
    expect(await movie(wrong.id)).toMatchObject({ stock: 1 });
  });

  it('honors If-Match', async () => {
    const [wrong, right] = [await shop.clerk.movie(1), await shop.clerk.movie(0)];
    const path = `/movie_copies/${wrong.copies[0].id}`;
    const { etag } = (await shop.api.get(path).expect(200)).headers;
    const moved = await shop.api.patch(path).set('If-Match', etag!).send({ movie_id: right.id }).expect(200);
    expect(moved.headers.etag).not.toBe(etag);
    const back = shop.api.patch(path).set('If-Match', etag!).send({ movie_id: wrong.id });
    await refused(back, 412, 'precondition-failed');
    expect((await shop.api.get(path)).body.movie_id).toBe(right.id);
  });

  it('is the only way to move a copy: other requests refuse another movie_id', async () => {
    const [movie, other] = [await shop.clerk.movie(1), await shop.clerk.movie(0)];
    const { title, year, genre_id, copies } = movie;
    const replacement = { title, year, genre_id, copies: [{ ...copies[0], movie_id: other.id }] };
    const replace = shop.api.put(`/movies/${movie.id}/with_stock`).send(replacement);
    expect((await refused(replace, 422, 'invalid-input')).errors).toMatchObject([{ pointer: '#/copies/0/movie_id' }]);
    const add = shop.api.post(`/movies/${movie.id}/copies`).send({ movie_id: other.id });
    expect((await refused(add, 422, 'invalid-input')).errors).toMatchObject([{ pointer: '#/movie_id' }]);
  });

  it('has a consistent outcome while the copy is rented by id, code and both movies', async () => {
    const client = await shop.clerk.client();
    for (let round = 0; round < 12; round++) {
      const wrong = await shop.clerk.movie(1, { rental_rate: 100 });
      const right = await shop.clerk.movie(0, { rental_rate: 900, genre_id: wrong.genre_id });
      const third = await shop.clerk.movie(0, { rental_rate: 700, genre_id: wrong.genre_id });
      const [copy] = wrong.copies;
      const requests = [
        () => rent(client.id, { movie_copy_id: copy.id }),
        () => rent(client.id, { movie_id: wrong.id }),
        () => rent(client.id, { code: copy.code }),
        () => rent(client.id, { movie_id: right.id }),
        () => rent(client.id, { movie_copy_id: copy.id }),
      ];
      const moves = [() => move(copy.id, right.id), () => move(copy.id, third.id)];
      requests.splice(round % 6, 0, ...moves);
      const answers = await Promise.all(requests.map((request) => request()));
      const [moved, movedOn] = answers.splice(round % 6, 2) as [(typeof answers)[number], (typeof answers)[number]];
      const rented = answers.filter(({ status }) => status === 201);
      expect(statuses(answers)).toEqual({ ...(rented.length > 0 && { 201: 1 }), 409: 5 - rented.length });
      for (const { status, body } of [moved, movedOn]) {
        expect([status, body.type]).toEqual(status === 200 ? [200, undefined] : [409, '/problems/copy-was-rented']);
      }
      const { body: now } = await shop.api.get(`/movie_copies/${copy.id}`).expect(200);
      const rates = new Map([wrong, right, third].map(({ id, rental_rate }) => [id, rental_rate]));
      for (const { body } of rented) expect(body.details[0].rental_rate).toBe(rates.get(now.movie_id));
      expect(now.movie_id === wrong.id).toBe(moved.status === 409 && movedOn.status === 409);
      expect(now.status).toBe(rented.length > 0 ? 'out' : 'in');
      for (const { id } of [wrong, right, third]) {
        const isThere = id === now.movie_id;
        expect(await movie(id)).toMatchObject({
          stock: isThere ? 1 : 0,
          available: isThere && rented.length === 0 ? 1 : 0,
        });
      }
    }
  });
});
