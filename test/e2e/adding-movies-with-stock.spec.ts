import { readAll } from '../support/paging.js';
import { faultyMembers, refused } from '../support/problem.js';
import { useShop } from '../support/shop.js';

describe('adding movies with stock', () => {
  const shop = useShop();
  let genreId: number;
  beforeAll(async () => (genreId = (await shop.clerk.genre()).id));

  const add = (members: object) =>
    shop.api.post('/movies/with_stock').send({ title: 'Ran', year: 1985, genre_id: genreId, ...members });

  it('adds the movie and its copies, each with a code of its own', async () => {
    const { body, headers } = await add({ stock: 3 }).expect(201);
    expect(headers.location).toBe(`/movies/${body.id}`);
    expect(body).toMatchObject({ title: 'Ran', stock: 3, available: 3 });
    expect(new Set(body.copies.map(({ code }: { code: string }) => code)).size).toBe(3);
    expect((await shop.api.get(headers.location!).expect(200)).body).toEqual(body);
  });

  it('adds a movie of which no copy has come yet', async () => {
    expect((await add({ stock: 0 }).expect(201)).body).toMatchObject({ stock: 0, available: 0, copies: [] });
  });

  // In how few statements is told by test/database/adding-copies.spec.ts.
  it('adds 10,000 copies in one go', async () => {
    const { body } = await add({ stock: 10_000 }).expect(201);
    expect(body).toMatchObject({ stock: 10_000, available: 10_000 });
    const copies = await readAll<{ code: string }>(shop.api, body.copies_url);
    expect(new Set(copies.map(({ code }) => code)).size).toBe(10_000);
  });

  it.each([-1, 10_001, 1.5, '3', null, undefined])('refuses a stock of %p', async (stock) => {
    expect(new Set(await faultyMembers(add({ title: 'Never', stock })))).toEqual(new Set(['#/stock']));
  });

  it('adds nothing when the genre is unknown', async () => {
    const { errors } = await refused(add({ title: 'Never', genre_id: 999_999, stock: 2 }), 422, 'invalid-input');
    expect(errors).toMatchObject([{ pointer: '#/genre_id', code: 'unknown' }]);
    expect((await shop.api.get('/movies').query({ title: 'never' })).body).toEqual([]);
  });
});
