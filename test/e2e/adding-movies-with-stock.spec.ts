import { readAll } from '../support/http/paging.js';
import { faultyMembers, refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

describe('adding movies with stock', () => {
  const shop = useShop();
  let genreId: number;
  beforeAll(async () => (genreId = (await shop.clerk.genre()).id));

  const add = (members: object) =>
    shop.api.post('/movies/with_stock').send({ title: 'Ran', year: 1985, genre_id: genreId, ...members });

  it('adds the movie and its copies, each with a unique code', async () => {
    const { body, headers } = await add({ stock: 3 }).expect(201);
    expect(headers.location).toBe(`/movies/${body.id}`);
    expect(body).toMatchObject({ title: 'Ran', stock: 3, available: 3 });
    expect(new Set(body.copies.map(({ code }: { code: string }) => code)).size).toBe(3);
    expect((await shop.api.get(headers.location!).expect(200)).body).toEqual(body);
  });

  it('adds a movie with a stock of 0', async () => {
    expect((await add({ stock: 0 }).expect(201)).body).toMatchObject({ stock: 0, available: 0, copies: [] });
  });

  // test/database/adding-copies.spec.ts checks the number of statements.
  it('adds 10,000 copies in one request', async () => {
    const { body } = await add({ stock: 10_000 }).expect(201);
    expect(body).toMatchObject({ stock: 10_000, available: 10_000 });
    const copies = await readAll<{ code: string }>(shop.api, body.copies_url);
    expect(new Set(copies.map(({ code }) => code)).size).toBe(10_000);
  });

  it('adds copies with their own barcodes', async () => {
    const codes = ['OWN-1', 'OWN-2'];
    const { body } = await add({ copies: [{ code: codes[0] }, { code: codes[1] }, {}] }).expect(201);
    expect(body).toMatchObject({ stock: 3, available: 3, copies: [{ code: codes[0] }, { code: codes[1] }, {}] });
    expect(body.copies[2].code).toMatch(/^\w{12}$/);
    expect((await shop.api.get(`/movie_copies?code=${codes[0]}`)).body).toMatchObject([body.copies[0]]);
    expect((await add({ stock: 1, copies: [{ code: 'OWN-3' }] }).expect(201)).body.copies).toMatchObject([
      { code: 'OWN-3' },
    ]);
    expect((await add({ copies: [] }).expect(201)).body.stock).toBe(0);
  });

  it('adds nothing if the copies contradict the stock or each other', async () => {
    const copies = [{ code: 'ONE' }, { code: 'TWO' }, { code: ' one ' }];
    const { errors } = await refused(add({ title: 'Never', stock: 2, copies }), 422, 'invalid-input');
    expect(errors).toMatchObject([
      { pointer: '#/copies/2/code', code: 'duplicate_code' },
      { pointer: '#/stock', code: 'stock_disagrees' },
    ]);
    const state = await refused(add({ title: 'Never', copies: [{ service_state: 'lost' }] }), 422, 'invalid-input');
    expect(state.errors).toMatchObject([{ pointer: '#/copies/0/service_state', code: 'read_only' }]);
    expect((await shop.api.get('/movies').query({ title: 'never' })).body).toEqual([]);
  });

  it('adds nothing if another copy has one of the codes', async () => {
    await add({ copies: [{ code: 'TAKEN-1' }] }).expect(201);
    const copies = [{ code: 'FREE-1' }, { code: 'taken-1' }];
    const problem = await refused(add({ title: 'Never', copies }), 409, 'copy-code-taken');
    expect(problem.copy_code).toBe('taken-1');
    expect((await shop.api.get('/movies').query({ title: 'never' })).body).toEqual([]);
    expect((await shop.api.get('/movie_copies?code=FREE-1')).body).toEqual([]);
  });

  it.each([-1, 10_001, 1.5, '3', null, undefined])('refuses a stock of %p', async (stock) => {
    expect(new Set(await faultyMembers(add({ title: 'Never', stock })))).toEqual(new Set(['#/stock']));
  });

  it('adds nothing if the genre is unknown', async () => {
    const { errors } = await refused(add({ title: 'Never', genre_id: 999_999, stock: 2 }), 422, 'invalid-input');
    expect(errors).toMatchObject([{ pointer: '#/genre_id', code: 'unknown' }]);
    expect((await shop.api.get('/movies').query({ title: 'never' })).body).toEqual([]);
  });
});
