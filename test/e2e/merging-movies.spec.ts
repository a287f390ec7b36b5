/* eslint-disable @typescript-eslint/no-explicit-any -- answers are checked member by member */
import { recordedEvents } from '../support/database/events.js';
import { invariantViolations } from '../support/database/invariants.js';
import { refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

describe('merging two records of one movie', () => {
  const shop = useShop();

  const comment = 'Entered twice.';
  const merge = (id: number, duplicateId: number, members: object = {}) =>
    shop.api.post(`/movies/${id}/merge`).send({ movie_id: duplicateId, comment, ...members });
  const idsOf = (copies: { id: number }[]): number[] => copies.map(({ id }) => id);
  const recordedOf = async (id: number): Promise<[string, any][]> =>
    (await recordedEvents(shop.databaseUrl, `type = 'movie.merged' AND resource_id = ${id}`)).map(
      ({ type, changes }) => [type, changes],
    );

  it('moves its copies, also those that are out, lost or retired, deletes the duplicate and records it', async () => {
    const [movie, duplicate] = [await shop.clerk.movie(1), await shop.clerk.movie(3)];
    const [out, lost, free] = idsOf(duplicate.copies);
    const rent = await shop.clerk.rent((await shop.clerk.client()).id, out!);
    await shop.api.patch(`/movie_copies/${lost}`).send({ service_state: 'lost' }).expect(200);

    const { body } = await merge(movie.id, duplicate.id).expect(200);
    expect(body).toEqual((await shop.api.get(`/movies/${movie.id}`).expect(200)).body);
    expect(body).toMatchObject({ id: movie.id, title: movie.title, stock: 3, available: 2 });
    expect(idsOf(body.copies)).toEqual([movie.copies[0].id, out, free]);
    await refused(shop.api.get(`/movies/${duplicate.id}`), 404, 'not-found');
    expect((await shop.api.get(`/movie_copies/${lost}`)).body).toMatchObject({ movie_id: movie.id, status: 'away' });
    expect((await shop.api.get(`/movie_rents?movie_id=${movie.id}`)).body).toMatchObject([{ id: rent['id'] }]);
    expect((await shop.api.get(`/movies?title=${encodeURIComponent(duplicate.title)}`)).body).toEqual([]);
    expect(await recordedOf(movie.id)).toEqual([
      [
        'movie.merged',
        { movie_id: duplicate.id, comment, moved: { movie_copies: 3, imported_rows: 0 }, taken_members: [] },
      ],
    ]);
    const { details } = await shop.clerk.close(rent['id']);
    expect(details[0].movie_copy).toMatchObject({ movie_id: movie.id, movie: { title: movie.title } });
  });

  it('takes missing members from the duplicate, and keeps existing ones and the terms of lines', async () => {
    const terms = { rental_days: 2, rental_rate: 300, late_fee_per_day: 100, replacement_cost: 2000 };
    const movie = await shop.clerk.movie(0, { director: 'Yasujirō Ozu', rental_days: 7 });
    const duplicate = await shop.clerk.movie(1, { ...terms, director: 'Y. Ozu', description: 'A family.', year: 1953 });
    const { details } = await shop.clerk.rent((await shop.clerk.client()).id, duplicate.copies[0].id);
    const line = () => shop.api.get(`/movie_rent_details/${details[0].id}`).expect(200);
    const { body: before } = await line();
    const { body } = await merge(movie.id, duplicate.id).expect(200);
    expect(body).toMatchObject({
      ...terms,
      director: 'Yasujirō Ozu',
      rental_days: 7,
      description: 'A family.',
      year: 1999,
    });
    expect((await recordedOf(movie.id))[0]![1].taken_members).toEqual([
      'description',
      'rental_rate',
      'late_fee_per_day',
      'replacement_cost',
    ]);
    const { movie_copy: _, ...frozen } = before;
    expect((await line()).body).toMatchObject(frozen);
    expect(frozen).toMatchObject({ rental_days: 2, rental_rate: 300 });
  });

  it('changes the ETag of copies and rentals that were moved', async () => {
    const [movie, { id, copies }] = [await shop.clerk.movie(0), await shop.clerk.movie(2)];
    const rent = await shop.clerk.rent((await shop.clerk.client()).id, copies[0].id);
    const paths = [...idsOf(copies).map((copyId) => `/movie_copies/${copyId}`), `/movie_rents/${rent['id']}`];
    const tags = () => Promise.all(paths.map(async (path) => (await shop.api.get(path).expect(200)).headers['etag']!));
    const before = await tags();
    await merge(movie.id, id).expect(200);
    expect((await tags()).filter((tag, index) => tag === before[index])).toEqual([]);
    const stale = shop.api.patch(`/movie_copies/${copies[1].id}`).send({ code: 'STALE' }).set('If-Match', before[1]!);
    await refused(stale, 412, 'precondition-failed');
  });

  it('returns 409 beyond the limit of 10,000 copies, and changes nothing', async () => {
    const [{ id }, duplicate] = [await shop.clerk.movie(9_999), await shop.clerk.movie(2)];
    expect((await refused(merge(id, duplicate.id), 409, 'stock-too-high')).limit).toBe(10_000);
    expect((await shop.api.get(`/movies/${duplicate.id}`).expect(200)).body).toEqual(duplicate);
    await shop.api.patch(`/movie_copies/${duplicate.copies[0].id}`).send({ service_state: 'retired' }).expect(200);
    expect((await merge(id, duplicate.id).expect(200)).body.stock).toBe(10_000);
  });

  describe('with concurrent requests', () => {
    it('loses no copy beside rentals, returns, new copies and the deletion of the duplicate', async () => {
      for (let round = 0; round < 5; round++) {
        const [{ id }, duplicate, clientId] = [
          await shop.clerk.movie(0),
          await shop.clerk.movie(8),
          (await shop.clerk.client()).id,
        ];
        const copies = idsOf(duplicate.copies);
        const rents = [];
        for (const copyId of copies.slice(0, 3)) rents.push(await shop.clerk.rent(clientId, copyId));
        const lend = (line: object) => shop.api.post('/movie_rents').send({ client_id: clientId, details: [line] });
        const [byCopy, merged, byMovie, closed, returned, lost, added, deleted] = await Promise.all([
          // Not the copy that a rental by movie chooses, the first free one.
          lend({ movie_copy_id: copies.at(-1) }),
          merge(id, duplicate.id),
          lend({ movie_id: duplicate.id }),
          shop.api.put(`/movie_rents/${rents[0]!['id']}/close`),
          shop.api.post('/returns').send({ copies: [{ movie_copy_id: copies[1] }] }),
          shop.api.post(`/movie_rent_details/${rents[2]!['details'][0].id}/lost`),
          shop.api.post(`/movies/${duplicate.id}/copies`).send({}),
          shop.api.delete(`/movies/${duplicate.id}`),
        ]);
        expect([byCopy, merged, closed, returned, lost].map(({ status }) => status)).toEqual([201, 200, 200, 200, 200]);
        expect([201, 422]).toContain(byMovie.status);
        expect([201, 404]).toContain(added.status);
        expect([404, 409]).toContain(deleted.status);
        expect((await shop.api.get(`/movie_copies/${copies[2]}`)).body.service_state).toBe('lost');
        const { body } = await shop.api.get(`/movies/${id}`).expect(200);
        const count = (response: { status: number }) => (response.status === 201 ? 1 : 0);
        expect(body).toMatchObject({ stock: 7 + count(added), available: 6 + count(added) - count(byMovie) });
      }
    });
  });

  it('violates no invariant', async () => {
    expect(await invariantViolations(shop.databaseUrl)).toEqual([]);
  });
});
