import { faultyMembers, refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

describe('a document that was read', () => {
  const shop = useShop();

  /** One of each resource, its path, and another value for an editable member. */
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

  it.each(replaceable)('is refused with an unknown or a misspelled member: %s', async (name) => {
    const { path } = await resources[name]();
    const { body: read } = await shop.api.get(path).expect(200);
    expect(await faultyMembers(shop.api.put(path).send({ ...read, titel: 'x', Id: 1 }))).toEqual(['#/titel', '#/Id']);
  });

  it.each(patchable)('is refused as a patch with an unknown member: %s', async (name) => {
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

describe('a document that was read expanded', () => {
  const shop = useShop();

  it('can be written back, with an expanded response', async () => {
    const [movie, client] = [await shop.clerk.movie(1), await shop.clerk.client()];
    const rent = await shop.clerk.rent(client.id, movie.copies[0].id);
    for (const path of [`/movies/${movie.id}?expand=genre`, `/movie_rents/${rent.id}?expand=client`]) {
      const { body: read, headers } = await shop.api.get(path).expect(200);
      const put = shop.api.put(path.replace(/\?.*/, '')).set('If-Match', headers['etag']!);
      expect((await put.send(read).expect(200)).body).toEqual(read);
    }
  });

  it('can be written back with another genre_id or client_id', async () => {
    const [movie, client, genre] = [await shop.clerk.movie(1), await shop.clerk.client(), await shop.clerk.genre()];
    const { body: read } = await shop.api.get(`/movies/${movie.id}?expand=genre`);
    const put = shop.api.put(`/movies/${movie.id}`).send({ ...read, genre_id: genre.id });
    expect((await put.expect(200)).body.genre).toEqual(genre);
    const rent = await shop.clerk.rent((await shop.clerk.client()).id, movie.copies[0].id);
    const { body: rented } = await shop.api.get(`/movie_rents/${rent.id}?expand=client`);
    const moved = shop.api.put(`/movie_rents/${rent.id}`).send({ ...rented, client_id: client.id });
    expect((await moved.expect(200)).body.client).toEqual(client);
  });
});

describe('read-only members', () => {
  const shop = useShop();
  const past = '2001-01-01T00:00:00.000Z';

  /** Expects 422 with the code read_only in each error, and an unchanged resource. */
  async function refusedReadOnly(
    method: 'post' | 'put' | 'patch',
    path: string,
    body: object,
    pointers: readonly string[],
  ): Promise<void> {
    const isChange = method !== 'post' || /\/\d+$/.test(path);
    const before = isChange && (await shop.api.get(path)).body;
    const { errors } = await refused(shop.api[method](path).send(body), 422, 'invalid-input');
    expect(errors).toEqual(
      pointers.map((pointer) => ({ pointer, code: 'read_only', detail: expect.stringMatching(/is read-only/) })),
    );
    if (isChange) expect((await shop.api.get(path)).body).toEqual(before);
  }

  it('are ignored if they are derived, or the id of a new resource', async () => {
    const [{ id: genre_id }, client] = [await shop.clerk.genre({ id: 4711 }), await shop.clerk.client({ id: 4711 })];
    const movie = await shop.clerk.movie(1, { genre_id, id: 4711, available: 0, copies_url: '/nowhere' });
    const copy = await shop.clerk.copy(movie.id, { id: 4711, is_available: false });
    const line = { id: 4711, movie_rent_id: 4711, movie_copy_id: copy['id'], returned_datetime: null };
    const order = { id: 4711, is_closed: true, closed_datetime: null, client_id: client['id'], details: [line] };
    const rent = (await shop.api.post('/movie_rents').send(order).expect(201)).body;
    for (const { id } of [client, movie, copy, rent, rent.details[0]]) expect(id).not.toBe(4711);
    expect(movie.available).toBe(1);

    const { body } = await shop.api
      .put(`/movie_rents/${rent.id}`)
      .send({ ...rent, is_closed: true })
      .expect(200);
    expect(body).toEqual(rent);
    const title = {
      ...movie,
      available: 99,
      copies: movie.copies.map((one: object) => ({ ...one, is_available: false })),
    };
    const { stock: _, copies: __, available: ___, ...kept } = movie;
    await refusedReadOnly('put', `/movies/${movie.id}`, title, ['#/stock', '#/copies']);
    await shop.api
      .put(`/movies/${movie.id}`)
      .send({ ...kept, available: 99 })
      .expect(200);
    expect(
      (await shop.api.patch(`/movie_copies/${copy['id']}`).send({ is_available: true }).expect(200)).body.is_available,
    ).toBe(false);
  });

  it('accept an unchanged instant in another format', async () => {
    const [client, { copies }] = [await shop.clerk.client(), await shop.clerk.movie(1)];
    const rent = await shop.clerk.rent(client['id'], copies[0].id);
    const otherwise = { ...rent, creation_datetime: rent['creation_datetime'].replace('Z', '000+00:00') };
    expect((await shop.api.put(`/movie_rents/${rent['id']}`).send(otherwise).expect(200)).body).toEqual(rent);
  });

  it('of the stock and the copies of a movie are refused with other values', async () => {
    const [{ id: genre_id }, movie] = [await shop.clerk.genre(), await shop.clerk.movie(2)];
    const ran = { title: 'Ran', year: 1985, genre_id };
    for (const path of ['/movies', '/movie']) {
      await refusedReadOnly('post', path, { ...ran, stock: 5 }, ['#/stock']);
      await refusedReadOnly('post', path, { ...ran, copies: [{ code: 'X' }] }, ['#/copies']);
      await refusedReadOnly('post', path, { ...ran, genre: { name: 'Drama' } }, ['#/genre']);
    }
    await shop.api
      .post('/movies')
      .send({ ...ran, stock: 0, copies: [], genre: null })
      .expect(201);
    const path = `/movies/${movie.id}`;
    const [first, second] = movie.copies;
    for (const method of ['put', 'patch'] as const) {
      await refusedReadOnly(method, path, { ...movie, stock: 1 }, ['#/stock']);
      await refusedReadOnly(method, path, { ...movie, copies: [first] }, ['#/copies']);
      await refusedReadOnly(method, path, { ...movie, copies: [{ ...first, code: 'X' }, second] }, ['#/copies']);
      await refusedReadOnly(method, path, { ...movie, id: 4711 }, ['#/id']);
      await refusedReadOnly(method, path, { ...movie, genre: { id: movie.genre_id, name: 'Renamed' } }, ['#/genre']);
    }
  });

  it('of rentals and their lines are refused with other values', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(3)];
    const [first, second, free] = movie.copies;
    const order = { client_id: client['id'], details: [{ movie_copy_id: free.id }] };
    for (const member of ['creation_datetime', 'closed_datetime']) {
      await refusedReadOnly('post', '/movie_rents', { ...order, [member]: past }, [`#/${member}`]);
    }
    for (const member of ['lent_datetime', 'returned_datetime']) {
      const details = [{ ...order.details[0], [member]: past }];
      await refusedReadOnly('post', '/movie_rents', { ...order, details }, [`#/details/0/${member}`]);
    }
    await refusedReadOnly('post', '/movie_rents', { ...order, client: { id: 1 } }, ['#/client']);
    expect((await shop.api.get(`/movie_copies/${free.id}`)).body.is_available).toBe(true);

    const rent = await shop.clerk.rent(client['id'], first.id, second.id);
    const [line, other] = rent['details'];
    const path = `/movie_rents/${rent['id']}`;
    for (const member of ['creation_datetime', 'closed_datetime']) {
      await refusedReadOnly('put', path, { ...rent, [member]: past }, [`#/${member}`]);
    }
    for (const member of ['lent_datetime', 'returned_datetime']) {
      await refusedReadOnly('put', path, { ...rent, details: [{ ...line, [member]: past }, other] }, [
        `#/details/0/${member}`,
      ]);
    }
    const swapped = { ...rent, details: [line, { ...other, movie_copy: line.movie_copy, movie_rent_id: 4711 }] };
    await refusedReadOnly('put', path, swapped, ['#/details/1/movie_rent_id', '#/details/1/movie_copy']);
    await refusedReadOnly('put', path, { ...rent, id: 4711 }, ['#/id']);
    await refusedReadOnly('put', path, { ...rent, client: { ...client, first_name: 'Other' } }, ['#/client']);

    // A corrected line still contains the former copy as a read-only member.
    const corrected = { ...rent, details: [{ ...line, movie_copy_id: free.id }, other] };
    expect((await shop.api.put(path).send(corrected).expect(200)).body.details[0].movie_copy_id).toBe(free.id);
    const closed = await shop.clerk.close(rent['id']);
    await refusedReadOnly('put', path, { ...closed, closed_datetime: null }, ['#/closed_datetime']);
  });

  it('of genres, clients and copies are refused with other values', async () => {
    const [genre, client, movie] = [await shop.clerk.genre(), await shop.clerk.client(), await shop.clerk.movie(1)];
    for (const [method, path, thing] of [
      ['put', '/genres', genre],
      ['patch', '/genres', genre],
      ['post', '/genres', genre],
      ['put', '/clients', client],
      ['patch', '/clients', client],
      ['patch', '/movie_copies', movie.copies[0]],
    ] as const) {
      await refusedReadOnly(method, `${path}/${thing.id}`, { ...thing, id: 4711 }, ['#/id']);
    }
    const path = `/movies/${movie.id}/copies`;
    const { errors } = await refused(shop.api.post(path).send({ movie_id: 4711 }), 422, 'invalid-input');
    expect(errors).toMatchObject([{ pointer: '#/movie_id', code: 'read_only' }]);
    expect((await shop.api.get(path)).body).toMatchObject(movie.copies);
  });

  it('count as a difference of requests with the same Idempotency-Key', async () => {
    const { id: genre_id } = await shop.clerk.genre();
    const post = (members: object) =>
      shop.api
        .post('/movies')
        .set('Idempotency-Key', 'read-only')
        .send({ title: 'M', year: 1931, genre_id, ...members });
    const { body } = await post({}).expect(201);
    expect((await post({ genre: null }).expect(201)).body).toEqual(body);
    await refused(post({ stock: 5 }), 422, 'idempotency-key-reused');
  });
});

describe('an added copy', () => {
  const shop = useShop();

  it('has the requested service state', async () => {
    const { id } = await shop.clerk.movie(1);
    const copy = await shop.clerk.copy(id, { code: 'FOUND-1', service_state: 'lost' });
    expect(copy).toMatchObject({ code: 'FOUND-1', service_state: 'lost', is_available: false });
    expect((await shop.api.get(`/movies/${id}`)).body.stock).toBe(1);
  });
});

describe('a body', () => {
  const shop = useShop();
  const json = (request: ReturnType<typeof shop.api.put>, text: string) =>
    request.set('Content-Type', 'application/json').send(text);

  it('is refused by operations without a body, which then have no effect', async () => {
    const [client, { copies }] = [await shop.clerk.client(), await shop.clerk.movie(2)];
    const rent = await shop.clerk.rent(client['id'], copies[0].id, copies[1].id);
    const close = () => shop.api.put(`/movie_rents/${rent['id']}/close`);
    const partly = { details: [{ id: rent['details'][0].id }], comment: 'One of them' };
    const { errors } = await refused(close().send(partly), 422, 'invalid-input');
    expect(errors).toMatchObject([
      { pointer: '#/details', code: 'unknown_member' },
      { pointer: '#/comment', code: 'unknown_member' },
    ]);
    for (const text of ['[]', '[{"id":1}]', 'true', '{"a":', 'details', `{"a":"${'x'.repeat(20_000)}"}`]) {
      await refused(json(close(), text), 422, 'invalid-input');
    }
    await refused(shop.api.delete(`/movie_rents/${rent['id']}`).send({ dry_run: true }), 422, 'invalid-input');
    expect((await shop.api.get(`/movie_rents/${rent['id']}`)).body).toEqual(rent);
  });

  it.each(['', ' ', '{}', ' { } ', 'null'])('is accepted by them if it is empty: "%s"', async (text) => {
    const [client, { copies }] = [await shop.clerk.client(), await shop.clerk.movie(1)];
    const rent = await shop.clerk.rent(client['id'], copies[0].id);
    await json(shop.api.put(`/movie_rents/${rent['id']}/close`), text).expect(200);
    await json(shop.api.delete(`/movie_rents/${rent['id']}`), text).expect(204);
  });
});
