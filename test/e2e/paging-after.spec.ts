import { refused } from '../support/http/problem.js';
import { linksOf } from '../support/http/paging.js';
import { useShop } from '../support/shop.js';

/** Reads a list without headers: page by page, until one has no rows. */
async function readByAfter(get: (query: string) => Promise<{ id: number }[]>): Promise<number[]> {
  const ids: number[] = [];
  for (let after = ''; ;) {
    const page = await get(`limit=2${after}`);
    if (page.length === 0) return ids;
    ids.push(...page.map(({ id }) => id));
    after = `&after=${ids.at(-1)}`;
  }
}

describe('?after=', () => {
  const shop = useShop();
  let genreId: number;
  let clientId: number;
  const rows = async (url: string) => (await shop.api.get(url).expect(200)).body as { id: number }[];

  beforeAll(async () => {
    ({ id: genreId } = await shop.clerk.genre());
    ({ id: clientId } = await shop.clerk.client({ last_name: 'Zoë' }));
    await shop.clerk.client({ last_name: 'Åberg' });
    for (const [title, year] of [
      ['Ran', 1985],
      ['ikiru', 1952],
      ['Ran', 1985],
      ['Yojimbo', 1961],
      ['Ikiru', 2022],
    ] as const) {
      const { copies } = await shop.clerk.movie(1, { title, year, genre_id: genreId });
      await shop.clerk.rent(clientId, copies[0].id);
    }
  });

  it.each([
    '/movies?sort=id&',
    '/movies?sort=-id&',
    '/movies?sort=title&',
    '/movies?sort=-title&',
    '/movies?sort=year&',
    '/movies?sort=-year&title=ran&',
    '/genres?sort=name&',
    '/clients?sort=-last_name&',
    '/movie_copies?sort=code&',
    '/movie_rents?sort=-creation_datetime&expand=client&',
    '/genres/{genre}/movies?sort=title&',
    '/clients/{client}/movie_rents?is_closed=false&',
  ])('reads %s to its end without headers, in its order', async (list) => {
    const url = list.replace('{genre}', String(genreId)).replace('{client}', String(clientId));
    const all = (await rows(`${url}limit=200`)).map(({ id }) => id);
    expect(all.length).toBeGreaterThan(0);
    expect(await readByAfter((query) => rows(url + query))).toEqual(all);
  });

  it('starts after a row that is no longer in the list, in the order of ids', async () => {
    const { id } = await shop.clerk.genre();
    const { id: next } = await shop.clerk.genre();
    await shop.api.delete(`/genres/${id}`).expect(204);
    expect(await rows(`/genres?after=${id}`)).toMatchObject([{ id: next }]);
    expect(await rows('/genres?after=2147483647')).toEqual([]);
  });

  it('returns 422 unknown after a missing row, in other orders', async () => {
    const { errors } = await refused(shop.api.get('/movies?sort=title&after=2147483647'), 422, 'invalid-input');
    expect(errors).toEqual([
      { parameter: 'after', code: 'unknown', detail: 'There is no row with the id 2147483647 in this list.' },
    ]);
  });

  it('returns 422 exactly_one together with a cursor', async () => {
    const { next } = linksOf(await shop.api.get('/movies?limit=1'));
    const { errors } = await refused(shop.api.get(`${next}&after=1`), 422, 'invalid-input');
    expect(errors).toMatchObject([{ parameter: 'after', code: 'exactly_one' }]);
  });

  it.each(['0', '-1', 'x', '2147483648', ''])('returns 422 for %j', async (after) => {
    const { errors } = await refused(shop.api.get(`/movies?after=${after}`), 422, 'invalid-input');
    expect(errors).toMatchObject([{ parameter: 'after' }]);
  });

  it('is replaced by a cursor in the links of its page', async () => {
    const [first] = await rows('/movies?limit=1&sort=title');
    const page = await shop.api.get(`/movies?limit=1&sort=title&after=${first!.id}`).expect(200);
    const links = linksOf(page);
    expect(Object.values(links).join()).not.toContain('after=');
    expect((await shop.api.get(links.prev!).expect(200)).body).toEqual([first]);
    expect((await shop.api.get(links.first!).expect(200)).body).toEqual([first]);
  });
});
