import { faultyMembers, refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

describe('renting', () => {
  const shop = useShop();

  const rent = (clientId: number, ...details: object[]) =>
    shop.api.post('/movie_rents').send({ client_id: clientId, details });
  const copy = (id: number) => ({ movie_copy_id: id });
  const anyOf = (id: number) => ({ movie_id: id });
  const copiesOn = ({ details }: { details: { movie_copy_id: number }[] }) => details.map((line) => line.movie_copy_id);
  const takeOut = async (...copyIds: number[]) => shop.clerk.rent((await shop.clerk.client()).id, ...copyIds);
  const withdraw = (copyId: number) =>
    shop.api.patch(`/movie_copies/${copyId}`).send({ service_state: 'maintenance' }).expect(200);

  it('rents the named copies and returns the Location of the rental', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(2)];
    const [first, second] = movie.copies;
    const { body, headers } = await rent(client.id, copy(second.id), copy(first.id)).expect(201);
    expect(headers.location).toBe(`/movie_rents/${body.id}`);
    expect((await shop.api.get(headers.location!).expect(200)).body).toEqual(body);
    expect((await shop.api.get(`/movies/${movie.id}`)).body).toMatchObject({ stock: 2, available: 0 });
  });

  it('returns the rental with its lines, their copies and their movies', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(1)];
    const { id, code } = movie.copies[0];
    const { title, description, year, director, genre_id } = movie;
    const { body } = await rent(client.id, copy(id)).expect(201);
    expect(body).toEqual({
      id: expect.any(Number),
      client_id: client.id,
      creation_datetime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      closed_datetime: null,
      is_closed: false,
      voided_datetime: null,
      details: [
        {
          id: expect.any(Number),
          movie_rent_id: body.id,
          movie_copy_id: id,
          lent_datetime: expect.stringMatching(/Z$/),
          returned_datetime: null,
          lost_datetime: null,
          due_on: null,
          due_datetime: null,
          is_overdue: false,
          days_overdue: 0,
          renewals: 0,
          rental_days: null,
          rental_rate: null,
          late_fee_per_day: null,
          grace_days: null,
          max_late_fee: null,
          replacement_cost: null,
          movie_copy: {
            id,
            code,
            movie_id: movie.id,
            movie: { id: movie.id, title, description, year, director, genre_id },
          },
        },
      ],
    });
  });

  it('lets a client have several open rentals', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(2)];
    for (const { id } of movie.copies) await rent(client.id, copy(id)).expect(201);
    expect((await shop.api.get(`/clients/${client.id}/movie_rents`)).body).toHaveLength(2);
  });

  it('rents a copy again after its return', async () => {
    const movie = await shop.clerk.movie(1);
    await shop.clerk.close((await takeOut(movie.copies[0].id)).id);
    await takeOut(movie.copies[0].id);
  });

  describe('any copy of a movie', () => {
    it('is the oldest available one', async () => {
      const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(4)];
      const [first, second, third, fourth] = movie.copies.map(({ id }: { id: number }) => id);
      await takeOut(first);
      await withdraw(second);
      const { body } = await rent(client.id, anyOf(movie.id), anyOf(movie.id)).expect(201);
      expect(copiesOn(body)).toEqual([third, fourth]);
    });

    it('is not one that another line names, in any order of the lines', async () => {
      const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(3)];
      const [first, second, third] = movie.copies.map(({ id }: { id: number }) => id);
      const { body } = await rent(client.id, anyOf(movie.id), copy(first), anyOf(movie.id)).expect(201);
      expect(copiesOn(body)).toEqual([second, first, third]);
    });

    it('is refused if more are requested than are available', async () => {
      const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(1)];
      const request = rent(client.id, anyOf(movie.id), anyOf(movie.id));
      const { movie_ids, errors } = await refused(request, 409, 'no-copy-available');
      expect(movie_ids).toEqual([movie.id]);
      expect(errors).toMatchObject([{ pointer: '#/details/1/movie_id', code: 'no_copy_available' }]);
      expect((await shop.api.get(`/movies/${movie.id}`)).body.available).toBe(1);
    });
  });

  describe('any copies of several movies', () => {
    it('are the oldest available ones, different ones for lines of the same movie', async () => {
      const [client, one, other] = [await shop.clerk.client(), await shop.clerk.movie(4), await shop.clerk.movie(3)];
      const [ones, others] = [one, other].map(({ copies }) => copies.map(({ id }: { id: number }) => id));
      await takeOut(ones[0]);
      const lines = [anyOf(other.id), anyOf(one.id), copy(ones[2]), anyOf(one.id), anyOf(other.id)];
      const { body } = await rent(client.id, ...lines).expect(201);
      expect(copiesOn(body)).toEqual([others[0], ones[1], ones[2], ones[3], others[1]]);
    });

    it('are refused line by line if too few are available or the movie is unknown', async () => {
      const [client, one, out] = [await shop.clerk.client(), await shop.clerk.movie(2), await shop.clerk.movie(1)];
      await takeOut(out.copies[0].id);
      const lines = [anyOf(out.id), anyOf(one.id), anyOf(999_999), anyOf(one.id), anyOf(one.id), anyOf(999_999)];
      const { errors } = await refused(rent(client.id, ...lines), 422, 'invalid-input');
      expect(errors).toMatchObject([
        { pointer: '#/details/0/movie_id', code: 'no_copy_available' },
        { pointer: '#/details/2/movie_id', code: 'unknown', detail: 'Movie 999999 not found.' },
        { pointer: '#/details/4/movie_id', code: 'no_copy_available' },
        { pointer: '#/details/5/movie_id', code: 'unknown', detail: 'Movie 999999 not found.' },
      ]);
    });
  });

  it('refuses a copy that is out', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(1)];
    const { id } = movie.copies[0];
    await takeOut(id);
    const { movie_copy_ids, errors } = await refused(rent(client.id, copy(id)), 409, 'copy-already-rented');
    expect(movie_copy_ids).toEqual([id]);
    expect(errors).toMatchObject([{ pointer: '#/details/0/movie_copy_id', code: 'copy_rented' }]);
  });

  it.each(['maintenance', 'lost', 'retired'])('refuses a copy that is %s', async (service_state) => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(1)];
    const { id } = movie.copies[0];
    await shop.api.patch(`/movie_copies/${id}`).send({ service_state }).expect(200);
    const { movie_copy_ids, errors } = await refused(rent(client.id, copy(id)), 409, 'copy-not-in-service');
    expect(movie_copy_ids).toEqual([id]);
    expect(errors).toMatchObject([{ pointer: '#/details/0/movie_copy_id', code: 'copy_not_in_service' }]);
    await refused(rent(client.id, anyOf(movie.id)), 409, 'no-copy-available');
  });

  it('refuses a copy that appears twice in one order', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(2)];
    const [first, second] = movie.copies.map(({ id }: { id: number }) => id);
    const request = rent(client.id, copy(first), copy(second), copy(first), copy(first));
    const { errors } = await refused(request, 422, 'invalid-input');
    expect(errors).toMatchObject([
      { pointer: '#/details/2/movie_copy_id', code: 'duplicate_copy' },
      { pointer: '#/details/3/movie_copy_id', code: 'duplicate_copy' },
    ]);
  });

  it('refuses an unknown client, copy and movie in one response', async () => {
    const request = rent(999_999, copy(999_998), anyOf(999_997));
    const { errors } = await refused(request, 422, 'invalid-input');
    expect(errors).toMatchObject([
      { pointer: '#/client_id', code: 'unknown', detail: 'Client 999999 not found.' },
      { pointer: '#/details/0/movie_copy_id', code: 'unknown', detail: 'Movie copy 999998 not found.' },
      { pointer: '#/details/1/movie_id', code: 'unknown', detail: 'Movie 999997 not found.' },
    ]);
  });

  it('checks every line by every rule and lists all refusals', async () => {
    const [client, movie, gone] = [await shop.clerk.client(), await shop.clerk.movie(3), await shop.clerk.movie(0)];
    const [out, withdrawn, free] = movie.copies.map(({ id }: { id: number }) => id);
    await takeOut(out);
    await withdraw(withdrawn);
    const basket = [copy(free), copy(withdrawn), copy(out), anyOf(gone.id)];
    const conflict = await refused(rent(client.id, ...basket), 409, 'copy-already-rented');
    const conflicts = [
      { pointer: '#/details/1/movie_copy_id', code: 'copy_not_in_service' },
      { pointer: '#/details/2/movie_copy_id', code: 'copy_rented' },
      { pointer: '#/details/3/movie_id', code: 'no_copy_available' },
    ];
    expect(conflict.movie_copy_ids).toEqual([out]);
    expect(conflict.errors).toMatchObject(conflicts);
    const { errors } = await refused(rent(client.id, ...basket, copy(free)), 422, 'invalid-input');
    expect(errors).toMatchObject([...conflicts, { pointer: '#/details/4/movie_copy_id', code: 'duplicate_copy' }]);
  });

  it('stores nothing if one of several lines is invalid', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(2)];
    await rent(client.id, copy(movie.copies[0].id), copy(999_999)).expect(422);
    expect((await shop.api.get(`/clients/${client.id}/movie_rents`)).body).toEqual([]);
    expect((await shop.api.get(`/movies/${movie.id}`)).body.available).toBe(2);
  });

  it('refuses an order without lines', async () => {
    const client = await shop.clerk.client();
    expect(new Set(await faultyMembers(rent(client.id)))).toEqual(new Set(['#/details']));
  });

  it('accepts 100 lines, and refuses 101', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(101)];
    const lines = movie.copies.map(({ id }: { id: number }) => copy(id));
    expect(new Set(await faultyMembers(rent(client.id, ...lines)))).toEqual(new Set(['#/details']));
    expect((await rent(client.id, ...lines.slice(1)).expect(201)).body.details).toHaveLength(100);
  });

  it('refuses a line that names both a copy and a movie, or neither', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(1)];
    const both = { movie_copy_id: movie.copies[0].id, movie_id: movie.id };
    const pointers = await faultyMembers(rent(client.id, both, {}));
    expect(new Set(pointers)).toEqual(new Set(['#/details/0/movie_copy_id', '#/details/1/movie_copy_id']));
  });
});
