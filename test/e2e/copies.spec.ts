import { walk } from '../support/http/paging.js';
import { faultyMembers, faultyParameters, refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

describe('copies', () => {
  const shop = useShop();

  it('adds a copy with the given code', async () => {
    const movie = await shop.clerk.movie(0);
    const { body, headers } = await shop.api.post(`/movies/${movie.id}/copies`).send({ code: 'VHS-1' }).expect(201);
    expect(body).toEqual({
      id: expect.any(Number),
      movie_id: movie.id,
      code: 'VHS-1',
      service_state: 'in_service',
      is_available: true,
      status: 'in',
      loan: null,
    });
    expect(headers.location).toBe(`/movie_copies/${body.id}`);
    expect((await shop.api.get(headers.location!).expect(200)).body).toEqual(body);
    expect((await shop.api.get(`/movies/${movie.id}`)).body).toMatchObject({
      stock: 1,
      copies: [{ id: body.id, code: body.code }],
    });
  });

  it('generates a code if none is given', async () => {
    const movie = await shop.clerk.movie(0);
    const codes = [(await shop.clerk.copy(movie.id)).code, (await shop.clerk.copy(movie.id, { code: null })).code];
    expect(codes[0]).toMatch(/^\w+$/);
    expect(codes[1]).not.toBe(codes[0]);
  });

  it('finds a copy by its complete code, in any case and width', async () => {
    const movie = await shop.clerk.movie(0);
    const copy = await shop.clerk.copy(movie.id, { code: 'DVD-7' });
    await shop.clerk.copy(movie.id, { code: 'DVD-77' });
    for (const code of ['DVD-7', 'dvd-7', 'ＤＶＤ－７', 'Dvd\u20107', '\u0002DVD-7\r\n', '\ufeffDVD-7\u001d\u200b']) {
      expect((await shop.api.get('/movie_copies').query({ code })).body).toEqual([copy]);
    }
    expect((await shop.api.get('/movie_copies').query({ code: 'DVD-%' })).body).toEqual([]);
    expect((await shop.api.get('/movie_copies').query({ code: 'DVD-' })).body).toEqual([]);
  });

  it('finds copies by a part of the code, in any case and width, page by page', async () => {
    const [movie, other] = [await shop.clerk.movie(0), await shop.clerk.movie(0)];
    const ids: number[] = [];
    for (const code of ['PART-Ä1%', 'xpart-ä1%', 'PART-Ä1_x']) ids.push((await shop.clerk.copy(movie.id, { code })).id);
    const elsewhere = (await shop.clerk.copy(other.id, { code: 'PART-A1' })).id;
    const find = async (query: object, path = '/movie_copies') =>
      (await shop.api.get(path).query(query).expect(200)).body.map(({ id }: { id: number }) => id);
    for (const code_contains of ['part-ä1', ' ＰＡＲＴ－Ä1\r\n', 'Part\u2010a\u03081']) {
      expect(await find({ code_contains })).toEqual(ids);
      expect(await find({ code_contains, sort: '-code' })).toEqual([ids[1], ids[2], ids[0]]);
    }
    expect(await find({ code_contains: 'part-' })).toEqual([...ids, elsewhere]);
    expect(await find({ code_contains: 'part-' }, `/movies/${other.id}/copies`)).toEqual([elsewhere]);
    expect(await find({ code_contains: '1%' })).toEqual([ids[0], ids[1]]);
    expect(await find({ code_contains: '1_' })).toEqual([ids[2]]);
    expect(await find({ code_contains: 'part-', code: 'part-a1' })).toEqual([elsewhere]);
    expect(await find({ code_contains: 'part\\' })).toEqual([]);
    const path = '/movie_copies?code_contains=part-&limit=1&include_total=true&sort=code';
    expect((await walk(shop.api, path, 'next')).flat()).toEqual([elsewhere, ids[0], ids[2], ids[1]]);
    expect((await shop.api.get(path)).headers['x-total-count']).toBe('4');
    expect(await faultyParameters(shop.api.get('/movie_copies?code_contains=%20'))).toEqual(['code_contains']);
  });

  it('refuses a code that another copy of any movie has', async () => {
    const [one, other] = [await shop.clerk.movie(0), await shop.clerk.movie(1)];
    await shop.clerk.copy(one.id, { code: 'DVD-8' });
    const add = shop.api.post(`/movies/${other.id}/copies`).send({ code: 'DVD-8' });
    expect((await refused(add, 409, 'copy-code-taken')).copy_code).toBe('DVD-8');
    const change = shop.api.patch(`/movie_copies/${other.copies[0].id}`).send({ code: 'DVD-8' });
    await refused(change, 409, 'copy-code-taken');
  });

  it.each(['dvd-11', 'ＤＶＤ-11', 'DVD\u201111', 'DVD-11\u001d'])('refuses %j beside "DVD-11"', async (code) => {
    const { id, copies } = await shop.clerk.movie(1);
    await shop.api.post(`/movies/${id}/copies`).send({ code: 'DVD-11' });
    await refused(shop.api.post(`/movies/${id}/copies`).send({ code }), 409, 'copy-code-taken');
    await refused(shop.api.patch(`/movie_copies/${copies[0].id}`).send({ code }), 409, 'copy-code-taken');
  });

  it("accepts a change of the case of a copy's own code", async () => {
    const copy = await shop.clerk.copy((await shop.clerk.movie(0)).id, { code: 'own-1' });
    const { body } = await shop.api.patch(`/movie_copies/${copy.id}`).send({ code: 'OWN-1' }).expect(200);
    expect(body.code).toBe('OWN-1');
    expect((await shop.api.get('/movie_copies?code=oWn-1')).body).toEqual([body]);
  });

  it('finds a copy by its given code, in any case', async () => {
    const { copies } = await shop.clerk.movie(1);
    const { body } = await shop.api.get('/movie_copies').query({ code: copies[0].code.toLowerCase() });
    expect(body).toMatchObject([{ id: copies[0].id }]);
  });

  it('changes the code of a copy and keeps its state', async () => {
    const { copies } = await shop.clerk.movie(1);
    const { body } = await shop.api.patch(`/movie_copies/${copies[0].id}`).send({ code: 'DVD-9' }).expect(200);
    expect(body).toEqual({ ...copies[0], code: 'DVD-9', status: 'in', loan: null });
  });

  it.each(['maintenance', 'lost', 'retired'])('lends no copy that is %s', async (service_state) => {
    const { id, copies } = await shop.clerk.movie(1);
    const changed = await shop.api.patch(`/movie_copies/${copies[0].id}`).send({ service_state }).expect(200);
    expect(changed.body).toEqual({ ...copies[0], service_state, is_available: false, status: 'away', loan: null });
    expect((await shop.api.get(`/movies/${id}`)).body.available).toBe(0);
    const back = { service_state: 'in_service' };
    expect((await shop.api.patch(`/movie_copies/${copies[0].id}`).send(back).expect(200)).body).toMatchObject(
      copies[0],
    );
  });

  it.each([
    ['maintenance', 1],
    ['lost', 0],
    ['retired', 0],
  ])('counts a copy that is %s %i times in the stock', async (service_state, stock) => {
    const { id, copies } = await shop.clerk.movie(1);
    await shop.api.patch(`/movie_copies/${copies[0].id}`).send({ service_state }).expect(200);
    expect((await shop.api.get(`/movies/${id}`)).body.stock).toBe(stock);
  });

  it('lists all copies of a movie, including retired ones, and those of one state', async () => {
    const { id, copies } = await shop.clerk.movie(3);
    await shop.api.patch(`/movie_copies/${copies[1].id}`).send({ service_state: 'lost' }).expect(200);
    expect((await shop.api.get(`/movies/${id}/copies`).expect(200)).body).toHaveLength(3);
    const lost = await shop.api.get(`/movies/${id}/copies`).query({ service_state: 'lost' }).expect(200);
    expect(lost.body).toMatchObject([{ id: copies[1].id }]);
    const everywhere = await shop.api.get('/movie_copies').query({ service_state: 'lost', sort: '-id' }).expect(200);
    expect(everywhere.body[0].id).toBe(copies[1].id);
  });

  it('refuses to change the state of a copy that is out, and names the rental', async () => {
    const [client, { copies }] = [await shop.clerk.client(), await shop.clerk.movie(1)];
    const rent = await shop.clerk.rent(client.id, copies[0].id);
    const change = shop.api.patch(`/movie_copies/${copies[0].id}`).send({ service_state: 'retired' });
    expect((await refused(change, 409, 'copy-is-out')).movie_rent_id).toBe(rent.id);
    await shop.api.patch(`/movie_copies/${copies[0].id}`).send({ code: 'DVD-10' }).expect(200);
    await shop.clerk.close(rent.id);
    await shop.api.patch(`/movie_copies/${copies[0].id}`).send({ service_state: 'retired' }).expect(200);
  });

  it.each([{ service_state: 'rented' }, { service_state: null }, { code: null }, { code: '' }])(
    'refuses to change a copy to %j',
    async (patch) => {
      const { copies } = await shop.clerk.movie(1);
      const pointers = await faultyMembers(shop.api.patch(`/movie_copies/${copies[0].id}`).send(patch));
      expect(new Set(pointers)).toEqual(new Set([`#/${Object.keys(patch)[0]}`]));
    },
  );

  it('deletes a copy that was never lent', async () => {
    const { id, copies } = await shop.clerk.movie(2);
    await shop.api.delete(`/movie_copies/${copies[0].id}`).expect(204, '');
    await refused(shop.api.get(`/movie_copies/${copies[0].id}`), 404, 'not-found');
    expect((await shop.api.get(`/movies/${id}`)).body.copies).toEqual([copies[1]]);
  });

  it('refuses to delete a copy that was lent, and counts its loans', async () => {
    const [client, { copies }] = [await shop.clerk.client(), await shop.clerk.movie(1)];
    await shop.clerk.close((await shop.clerk.rent(client.id, copies[0].id)).id);
    await shop.clerk.rent(client.id, copies[0].id);
    expect((await refused(shop.api.delete(`/movie_copies/${copies[0].id}`), 409, 'copy-was-rented')).loans).toBe(2);
  });

  it('refuses the 10,001st copy in stock', async () => {
    const { id, copies } = await shop.clerk.movie(10_000);
    const add = () => shop.api.post(`/movies/${id}/copies`).send({});
    expect((await refused(add(), 409, 'stock-too-high')).limit).toBe(10_000);
    await shop.api.patch(`/movie_copies/${copies[0].id}`).send({ service_state: 'lost' }).expect(200);
    await add().expect(201);
    const found = shop.api.patch(`/movie_copies/${copies[0].id}`).send({ service_state: 'in_service' });
    await refused(found, 409, 'stock-too-high');
  });
});
