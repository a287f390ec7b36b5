import { answering, call, type Operation } from '../support/http/operations.js';
import { refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

/** Opens a shop with all resources of the examples of the document, including rental 1. */
function useExamples() {
  const shop = useShop();
  beforeAll(async () => {
    const [{ copies }, { id }] = [await shop.clerk.movie(2), await shop.clerk.client()];
    await shop.clerk.rent(id, copies[0].id);
    const blocked = await shop.clerk.client();
    await shop.api.post(`/clients/${blocked.id}/blocks`).send({ reason: 'Moved away' }).expect(201);
  });
  return shop;
}

/** Copy 1 is out, so that its state can't be changed. */
const idFor = ({ path }: Operation): number => (path.startsWith('/movie_copies') ? 2 : 1);
const pathOf = (operation: Operation): string =>
  operation.path.replace('{id}', String(idFor(operation))).replace(/\/(close|with_stock|merge|erasure)$/, '');

/** An entity tag as nginx, Apache and our own compression return it. */
const behindProxies = (tag: string): string[] => {
  const plain = tag.replace(/;\w+(?=")/, '');
  return [`W/${plain}`, plain.replace(/"$/, '-gzip"'), plain.replace(/"$/, ';br"')];
};

describe('If-None-Match and If-Match on reads', () => {
  const shop = useExamples();

  it.each(answering(304))('returns 304 without a body for the current ETag: $operationId', async (operation) => {
    const { headers } = await call(shop.api, operation).expect(200);
    expect(headers['etag']).toMatch(/^"[\w-]{22}(\.[\w-]{22})?(;\w+)?"$/);
    const again = await call(shop.api, operation).set('If-None-Match', headers['etag']!).expect(304);
    expect(again.text).toBe('');
    expect(again.headers['etag']).toBe(headers['etag']);
  });

  it.each(answering(304))('accepts several ETags, weak ones and *: $operationId', async (operation) => {
    const { headers } = await call(shop.api, operation).expect(200);
    for (const tags of [`"other", ${headers['etag']}`, `W/${headers['etag']}`, '*']) {
      await call(shop.api, operation).set('If-None-Match', tags).expect(304);
    }
    await call(shop.api, operation).set('If-None-Match', '"other"').expect(200);
  });

  it('returns 304 to HEAD', async () => {
    const { headers } = await shop.api.head('/movies/1').expect(200);
    await shop.api.head('/movies/1').set('If-None-Match', headers['etag']!).expect(304);
  });

  it.each(answering(304))('accepts ETags changed by a compressing proxy: $operationId', async (operation) => {
    const { headers } = await call(shop.api, operation).expect(200);
    for (const tag of behindProxies(headers['etag']!)) {
      await call(shop.api, operation).set('If-None-Match', tag).expect(304);
      await call(shop.api, operation).set('If-Match', tag).expect(200);
    }
  });

  it.each(answering(304))('returns 412 if If-Match does not match: $operationId', async (operation) => {
    await refused(call(shop.api, operation).set('If-Match', '"other"'), 412, 'precondition-failed');
  });

  it('changes the ETag of a movie when a copy is lent and returned', async () => {
    const movie = await shop.clerk.movie(1);
    const tag = async () => (await shop.api.get(`/movies/${movie.id}`).expect(200)).headers['etag'];
    const listed = async () => (await shop.api.get(`/movies?title=${movie.title}`).expect(200)).headers['etag'];
    const [inside, insideListed] = [await tag(), await listed()];
    const rent = await shop.clerk.rent(1, movie.copies[0].id);
    expect([await tag(), await listed()]).not.toContain(inside);
    expect(await listed()).not.toBe(insideListed);
    await shop.clerk.close(rent.id);
    expect([await tag(), await listed()]).toEqual([inside, insideListed]);
  });

  it('has the same ETag after adding, changing and reading', async () => {
    const { id: genre_id } = await shop.clerk.genre();
    const movie = { title: 'Ran', year: 1985, genre_id, stock: 3 };
    const added = await shop.api.post('/movies/with_stock').send(movie).expect(201);
    const path = added.headers['location']!;
    expect((await shop.api.get(path)).headers['etag']).toBe(added.headers['etag']);
    const replaced = await shop.api
      .put(`${path}/with_stock`)
      .send({ ...movie, stock: 5 })
      .expect(200);
    expect(replaced.headers['etag']).not.toBe(added.headers['etag']);
    expect((await shop.api.get(path)).headers['etag']).toBe(replaced.headers['etag']);
  });
});

describe('optimistic concurrency: a change of what was read', () => {
  const shop = useExamples();

  const line = { client_id: 1, details: [{ id: 1, movie_copy_id: 1 }] };
  // Commands on rentals are not repeated on one rental: see below.
  const changing = answering(412)
    .filter(({ method, tag }) => method !== 'get' && !(method === 'post' && tag === 'Lending'))
    .map((operation) => (operation.operationId === 'replaceMovieRent' ? { ...operation, body: line } : operation));
  it.each(changing)('returns 412 after another change, and changes nothing: $operationId', async (operation) => {
    const path = pathOf(operation);
    const { body: before, headers } = await shop.api.get(path).expect(200);
    for (const stale of ['"other"', `"${headers['etag']!.slice(2)}`, 'W/"other"', '"other", "another"']) {
      await refused(
        call(shop.api, operation, { id: idFor(operation) }).set('If-Match', stale),
        412,
        'precondition-failed',
      );
    }
    await refused(
      call(shop.api, operation, { id: idFor(operation) }).set('If-None-Match', '*'),
      412,
      'precondition-failed',
    );
    expect((await shop.api.get(path).expect(200)).body).toEqual(before);
  });

  // Deletions and merges can't be repeated: see merging-clients.spec.ts.
  const keeping = changing.filter(({ method, path }) => method !== 'delete' && !path.endsWith('/merge'));
  it.each(keeping)('succeeds while the ETag is current: $operationId', async (operation) => {
    const path = pathOf(operation);
    const { headers } = await shop.api.get(path).expect(200);
    await call(shop.api, operation, { id: idFor(operation) })
      .set('If-Match', headers['etag']!)
      .expect(200);
    await call(shop.api, operation, { id: idFor(operation) })
      .set('If-Match', '*')
      .expect(200);
  });

  it.each(keeping)('succeeds with an ETag changed by a compressing proxy: $operationId', async (operation) => {
    const path = pathOf(operation);
    for (const index of [0, 1, 2]) {
      const { headers } = await shop.api.get(path).expect(200);
      await call(shop.api, operation, { id: idFor(operation) })
        .set('If-Match', behindProxies(headers['etag']!)[index]!)
        .expect(200);
    }
  });

  it.each(['abc', "'abc'", '"abc', 'W/abc', 'w/"abc"', '*, "abc"', '"abc" "def"', ' , ', '#', '"abc", #'])(
    'returns 422 for %s, which is not an entity tag',
    async (tag) => {
      const path = '/movies/1';
      for (const header of ['If-Match', 'If-None-Match']) {
        for (const request of [shop.api.get(path), shop.api.patch(path).send({ year: 1999 }), shop.api.delete(path)]) {
          const problem = await refused(request.set(header, tag), 422, 'invalid-input');
          expect(problem).toMatchObject({ errors: [{ parameter: header, code: 'format' }] });
        }
      }
    },
  );

  it('succeeds while copies are lent and returned', async () => {
    const movie = await shop.clerk.movie(2);
    const [copy, other] = movie.copies as [{ id: number }, { id: number }];
    const [readMovie, readCopy] = [
      await shop.api.get(`/movies/${movie.id}`),
      await shop.api.get(`/movie_copies/${copy.id}`),
    ];
    const rent = await shop.clerk.rent(1, copy.id, other.id);
    await shop.api
      .patch(`/movies/${movie.id}`)
      .send({ title: 'Ran' })
      .set('If-Match', readMovie.headers['etag']!)
      .expect(200);
    await shop.api
      .patch(`/movie_copies/${copy.id}`)
      .send({ code: 'RAN-1' })
      .set('If-Match', readCopy.headers['etag']!)
      .expect(200);

    const readRent = await shop.api.get(`/movie_rents/${rent.id}`);
    await shop.api.patch(`/movies/${movie.id}`).send({ title: 'Ran, restored' }).expect(200);
    await shop.api.put(`/movie_rents/${rent.id}/close`).set('If-Match', readRent.headers['etag']!).expect(200);
    const late = shop.api.put(`/movie_rents/${rent.id}/close`).set('If-Match', readRent.headers['etag']!);
    await refused(late, 412, 'precondition-failed');
  });

  it('returns 412 if the stock was changed', async () => {
    const movie = await shop.clerk.movie(2);
    const path = `/movies/${movie.id}/with_stock`;
    const { body, headers } = await shop.api.get(`/movies/${movie.id}`);
    await shop.api
      .put(path)
      .send({ ...body, stock: 5 })
      .set('If-Match', headers['etag']!)
      .expect(200);
    await refused(
      shop.api
        .put(path)
        .send({ ...body, stock: 3 })
        .set('If-Match', headers['etag']!),
      412,
      'precondition-failed',
    );
  });

  it('returns 412 if the rental was corrected to another client', async () => {
    const [{ id: client_id }, other, { copies }] = [
      await shop.clerk.client(),
      await shop.clerk.client(),
      await shop.clerk.movie(1),
    ];
    const { id } = await shop.clerk.rent(client_id, copies[0].id);
    const { headers } = await shop.api.get(`/movie_rents/${id}`);
    const amend = (client: number) =>
      shop.api.put(`/movie_rents/${id}`).send({ client_id: client, details: [{ movie_copy_id: copies[0].id }] });
    await amend(other.id).expect(200);
    await refused(amend(client_id).set('If-Match', headers['etag']!), 412, 'precondition-failed');
  });

  it('returns 404 and not 412 for a deleted resource', async () => {
    await refused(shop.api.delete('/movies/4711').set('If-Match', '*'), 404, 'not-found');
  });

  it('never overwrites a concurrent change (lost update)', async () => {
    const { id } = await shop.clerk.movie(0);
    const path = `/movies/${id}`;
    const [mine, yours] = [await shop.api.get(path), await shop.api.get(path)];
    await shop.api
      .put(path)
      .send({ ...mine.body, title: 'Kagemusha' })
      .set('If-Match', mine.headers['etag']!)
      .expect(200);
    const late = shop.api
      .put(path)
      .send({ ...yours.body, year: 1980 })
      .set('If-Match', yours.headers['etag']!);
    await refused(late, 412, 'precondition-failed');
    expect((await shop.api.get(path)).body).toMatchObject({ title: 'Kagemusha', year: yours.body.year });
  });

  it('loses no update of twenty concurrent changes of one description', async () => {
    const { id } = await shop.clerk.movie(0);
    const path = `/movies/${id}`;
    const append = async (word: string): Promise<void> => {
      const { body, headers } = await shop.api.get(path).expect(200);
      const description = `${body.description ?? ''} ${word}`;
      const { status } = await shop.api.patch(path).send({ description }).set('If-Match', headers['etag']!);
      expect([200, 412]).toContain(status);
      if (status === 412) await append(word);
    };
    const words = Array.from({ length: 20 }, (_, index) => `word${index}`);
    await Promise.all(words.map(append));
    const { body } = await shop.api.get(path).expect(200);
    expect(body.description.split(' ').sort()).toEqual([...words].sort());
  });
});

describe('optimistic concurrency: a command on a rental or a line', () => {
  const shop = useShop();
  beforeAll(() => shop.api.patch('/shop').send({ rental_days: 3 }).expect(200));
  const comment = 'The wrong disc was scanned.';

  /** A rental of one copy, and its paths. */
  async function rent() {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(1)];
    const { id, details } = await shop.clerk.rent(client.id, movie.copies[0].id);
    const lineId: number = details[0].id;
    return { lineId, ofRent: `/movie_rents/${id}`, ofLine: `/movie_rent_details/${lineId}` };
  }
  const giveBack = ({ ofRent, lineId }: Awaited<ReturnType<typeof rent>>) =>
    shop.api.post(`${ofRent}/returns`).send({ details: [{ id: lineId }] });
  const tagOf = async (path: string): Promise<string> => (await shop.api.get(path).expect(200)).headers['etag']!;

  const commands = {
    returnLines: async () => {
      const rented = await rent();
      return { path: rented.ofRent, send: () => giveBack(rented) };
    },
    renewLines: async () => {
      const { ofRent, lineId } = await rent();
      return { path: ofRent, send: () => shop.api.post(`${ofRent}/renewals`).send({ details: [{ id: lineId }] }) };
    },
    voidMovieRent: async () => {
      const { ofRent } = await rent();
      return { path: ofRent, send: () => shop.api.post(`${ofRent}/void`).send({ comment }) };
    },
    declareLost: async () => {
      const { ofLine } = await rent();
      return { path: ofLine, send: () => shop.api.post(`${ofLine}/lost`) };
    },
    undoReturn: async () => {
      const rented = await rent();
      await giveBack(rented).expect(200);
      return { path: rented.ofLine, send: () => shop.api.post(`${rented.ofLine}/undo_return`).send({ comment }) };
    },
  };

  it('is tested for every such command', () => {
    const documented = answering(412).filter(({ method, tag }) => method === 'post' && tag === 'Lending');
    expect(documented.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(commands).sort());
  });

  it.each(Object.entries(commands))('succeeds while the ETag is current, and else gets 412: %s', async (_, prepare) => {
    const { path, send } = await prepare();
    const { body: before, headers } = await shop.api.get(path).expect(200);
    await refused(send().set('If-Match', '"other"'), 412, 'precondition-failed');
    await refused(send().set('If-None-Match', '*'), 412, 'precondition-failed');
    expect((await shop.api.get(path).expect(200)).body).toEqual(before);
    await send().set('If-Match', headers['etag']!).expect(200);
    const { body: after } = await shop.api.get(path).expect(200);
    expect(after).not.toEqual(before);
    await refused(send().set('If-Match', headers['etag']!), 412, 'precondition-failed');
    expect((await shop.api.get(path).expect(200)).body).toEqual(after);
  });

  it('does not undo a later return, if the request is sent again without an Idempotency-Key', async () => {
    const rented = await rent();
    await giveBack(rented).expect(200);
    const seen = await tagOf(rented.ofLine);
    const undo = () => shop.api.post(`${rented.ofLine}/undo_return`).send({ comment }).set('If-Match', seen);
    await undo().expect(200);
    const { body: returned } = await giveBack(rented).expect(200);
    await refused(undo(), 412, 'precondition-failed');
    expect((await shop.api.get(rented.ofRent).expect(200)).body).toEqual(returned);
  });
});
