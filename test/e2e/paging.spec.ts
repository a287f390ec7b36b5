import type { Response } from 'supertest';
import { cursorOf, linksOf, walk } from '../support/http/paging.js';
import { faultyParameters } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';
import { sendRaw } from '../support/http/socket.js';

describe('keyset pagination', () => {
  const shop = useShop();

  const range = (length: number) => Array.from({ length }, (_, index) => index);
  const idsOf = ({ body }: Response): number[] => body.map(({ id }: { id: number }) => id);
  /** Creates a genre with a number of movies, whose list no other test changes. */
  const genreOf = async (movies: number, members: (index: number) => object = () => ({})) => {
    const genre = await shop.clerk.genre();
    const ids: number[] = [];
    for (const index of range(movies)) {
      ids.push((await shop.clerk.movie(0, { genre_id: genre.id, ...members(index) })).id);
    }
    return { path: `/genres/${genre.id}/movies`, genreId: genre.id as number, ids };
  };

  it('returns 50 rows by default, and 200 at most', async () => {
    const { path } = await genreOf(51);
    expect(idsOf(await shop.api.get(path).expect(200))).toHaveLength(50);
    expect(idsOf(await shop.api.get(`${path}?limit=200`).expect(200))).toHaveLength(51);
    expect(await faultyParameters(shop.api.get(`${path}?limit=201`))).toEqual(['limit']);
  });

  it('has no prev link on the first page, also if it was reached backwards', async () => {
    const { id } = await shop.clerk.genre();
    for (const _ of [1, 2, 3, 4]) await shop.clerk.movie(0, { genre_id: id });
    const first = await shop.api.get(`/genres/${id}/movies?limit=2`).expect(200);
    const second = await shop.api.get(linksOf(first).next!).expect(200);
    const back = await shop.api.get(linksOf(second).prev!).expect(200);
    expect(idsOf(back)).toEqual(idsOf(first));
    expect(Object.keys(linksOf(back))).toEqual(['first', 'next']);
    expect(idsOf(await shop.api.get(linksOf(back).next!).expect(200))).toEqual(idsOf(second));
  });

  it('links to the first, the previous and the next page, with all parameters', async () => {
    const { path, ids } = await genreOf(5);
    const first = await shop.api.get(`${path}?limit=2&sort=-id`).expect(200);
    expect(linksOf(first)).toEqual({ first: `${path}?limit=2&sort=-id`, next: expect.any(String) });
    const second = await shop.api.get(linksOf(first).next!).expect(200);
    expect(Object.keys(linksOf(second))).toEqual(['first', 'prev', 'next']);
    const third = await shop.api.get(linksOf(second).next!).expect(200);
    expect(Object.keys(linksOf(third))).toEqual(['first', 'prev']);
    expect([first, second, third].map(idsOf)).toEqual([[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]]]);
    expect(idsOf(await shop.api.get(linksOf(third).prev!).expect(200))).toEqual(idsOf(second));
  });

  it('links relative to the request path, also for an absolute-form target', async () => {
    await genreOf(2);
    const request = `GET ${shop.url}/movies?limit=1&title=a?b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
    expect(await sendRaw(shop.url, request)).toMatch(/\r\nLink: <\/movies\?limit=1&title=a%3Fb>; rel="first"\r\n/);
  });

  describe('links, each of which is accepted,', () => {
    /** Valid titles that are long in links: after decomposition, in UTF-8, or percent-encoded. */
    it.each([
      ['letters that stand for four', '\u337f'.repeat(123)],
      ['as many of them as there may be', '\u337f'.repeat(255)],
      ['letters that stand for eighteen', '\ufdfa'.repeat(255)],
      ['letters of four bytes', '\u{1d56b}'.repeat(255)],
      ['emoji', '\u{1f3ac}'.repeat(255)],
      ['letters of three bytes', '字'.repeat(255)],
      ['combining marks', `e${'\u0316'.repeat(254)}`],
      ['characters with a meaning in links', '&=#?>;"%, <'.repeat(23)],
      ['marks alone', '\u0316'.repeat(255)],
    ])('by titles of %s', async (_, title) => {
      const { path, genreId, ids } = await genreOf(3, () => ({ title }));
      // A search for marks only is refused.
      const search: Record<string, string> = /^\p{Mark}+$/u.test(title) ? {} : { title: `  ${title}  ` };
      const query = new URLSearchParams({ ...search, genre_id: String(genreId), sort: 'title', limit: '1' });
      for (const list of [`${path}?sort=title&limit=1`, `/movies?${query.toString()}&include_total=true`]) {
        expect((await walk(shop.api, list, 'next')).flat()).toEqual(ids);
        const first = await shop.api.get(list).expect(200);
        const second = await shop.api.get(linksOf(first).next!).expect(200);
        expect(idsOf(await shop.api.get(linksOf(second).prev!).expect(200))).toEqual(ids.slice(0, 1));
        expect(idsOf(await shop.api.get(linksOf(second).first!).expect(200))).toEqual(ids.slice(0, 1));
        // Node's HTTP client, like many others, accepts headers of 16 KiB in total.
        expect(second.headers['link']!.length).toBeLessThan(14_000);
      }
    });

    it.each([
      ['/genres', 'name', 100, (name: string) => shop.clerk.genre({ name })],
      ['/clients', 'last_name', 100, (last_name: string) => shop.clerk.client({ last_name })],
      ['/movie_copies', 'code', 64, (code: string) => shop.clerk.copy(1, { code })],
    ])('of %s by the longest %s', async (path, sort, maxLength, add) => {
      await shop.clerk.movie(0);
      const ids: number[] = [];
      for (const sign of ['\ufdfa', '\u{337f}', '字', '\u1f82', '\u{1f3ac}']) {
        for (const end of ['ab', 'bc']) ids.push((await add(sign.repeat(maxLength - 2) + end))['id'] as number);
      }
      const seen: number[] = [];
      for (let next: string | undefined = `${path}?sort=-${sort}&limit=1`; next && seen.length < 20;) {
        const page: Response = await shop.api.get(next).expect(200);
        seen.push(...idsOf(page));
        next = linksOf(page).next;
      }
      expect(seen).toEqual(expect.arrayContaining(ids));
    });

    it('by two filters of the maximum length, in headers that all clients accept', async () => {
      const text = '\u{1f3ac}'.repeat(255);
      const { genreId, ids } = await genreOf(3, () => ({ title: text, director: text }));
      const query = new URLSearchParams({ title: text, director: text, genre_id: String(genreId), sort: 'title' });
      const list = `/movies?${query.toString()}&limit=1`;
      expect((await walk(shop.api, list, 'next')).flat()).toEqual(ids);
      const second = await shop.api.get(linksOf(await shop.api.get(list).expect(200)).next!).expect(200);
      expect(second.headers['link']!.length).toBeLessThan(14_001);
      expect(Object.keys(linksOf(second))).toEqual(['next']);
    });

    it('with normalized parameters, without padding', async () => {
      const { genreId } = await genreOf(2, () => ({ title: 'Padded title' }));
      const padded = new URLSearchParams({ title: `${' '.repeat(3000)}padded   title${' '.repeat(3000)}` });
      const page = await shop.api.get(`/movies?${padded.toString()}&genre_id=${genreId}&limit=1`).expect(200);
      expect(linksOf(page).first).toBe(`/movies?title=padded+++title&genre_id=${genreId}&limit=1`);
      expect(idsOf(await shop.api.get(linksOf(page).next!).expect(200))).toHaveLength(1);
    });
  });

  it('has no links if all rows are on one page', async () => {
    const { path } = await genreOf(2);
    expect(linksOf(await shop.api.get(`${path}?limit=2`).expect(200))).toEqual({ first: `${path}?limit=2` });
    const empty = await shop.api.get((await genreOf(0)).path).expect(200);
    expect(empty.body).toEqual([]);
  });

  it('returns X-Total-Count on every page, but only with include_total', async () => {
    const { path } = await genreOf(3);
    const counted = await shop.api.get(`${path}?limit=2&include_total=true`).expect(200);
    expect(counted.headers['x-total-count']).toBe('3');
    expect((await shop.api.get(linksOf(counted).next!)).headers['x-total-count']).toBe('3');
    expect((await shop.api.get(`${path}?limit=2`)).headers['x-total-count']).toBeUndefined();
    const found = await shop.api.get('/movies').query({ title: 'no such film', include_total: true }).expect(200);
    expect(found.headers['x-total-count']).toBe('0');
  });

  it('allows another limit with a cursor', async () => {
    const { path, ids } = await genreOf(5);
    const first = await shop.api.get(`${path}?limit=1`).expect(200);
    const second = await shop.api.get(linksOf(first).next!.replace('limit=1', 'limit=3')).expect(200);
    expect(idsOf(second)).toEqual(ids.slice(1, 4));
  });

  describe('sorts', () => {
    beforeAll(async () => {
      const genre = await shop.clerk.genre({ name: 'b' });
      await shop.clerk.genre({ name: 'Á' });
      await shop.clerk.genre({ name: 'C' });
      for (const [title, year] of [
        ['Émile', 1950],
        ['Zorro', 1940],
        ['eve', 1950],
        ['Emil', 1960],
      ] as const) {
        const { copies } = await shop.clerk.movie(1, { title, year, genre_id: genre.id });
        const client = await shop.clerk.client({ first_name: title, last_name: 'Same' });
        await shop.clerk.rent(client.id, copies[0].id);
      }
    });

    it.each([
      ['/genres', ['id', 'name']],
      ['/movies', ['id', 'title', 'year']],
      ['/clients', ['id', 'last_name']],
      ['/movie_copies', ['id', 'code']],
      ['/movie_rents', ['id', 'creation_datetime']],
    ])('%s by each of %j, ascending and descending, equally in one page and in several', async (path, columns) => {
      for (const column of columns) {
        const up = idsOf(await shop.api.get(`${path}?sort=${column}&limit=200`).expect(200));
        const down = idsOf(await shop.api.get(`${path}?sort=-${column}&limit=200`).expect(200));
        expect(down).toEqual([...up].reverse());
        expect((await walk(shop.api, `${path}?sort=${column}&limit=2`, 'next')).flat()).toEqual(up);
        expect((await walk(shop.api, `${path}?sort=-${column}&limit=2`, 'next')).flat()).toEqual(down);
      }
    });

    it('titles regardless of case and accents, and equal years by id', async () => {
      const titles = async (sort: string) =>
        (await shop.api.get(`/movies?title=e&sort=${sort}`)).body
          .map(({ title }: { title: string }) => title)
          .filter((title: string) => ['Émile', 'eve', 'Emil'].includes(title));
      expect(await titles('title')).toEqual(['Emil', 'Émile', 'eve']);
      expect(await titles('year')).toEqual(['Émile', 'eve', 'Emil']);
    });

    it('titles with ß as ss, and other characters by code points', async () => {
      const titles = ['\u{1F47B}busters', '\ufa0e', 'Straw', 'straße', 'STRASSE', 'Stras'];
      const { path } = await genreOf(titles.length, (index) => ({ title: titles[index] }));
      const pages = await walk(shop.api, `${path}?sort=title&limit=1`, 'next');
      const { body } = await shop.api.get(`${path}?sort=title`).expect(200);
      expect(body.map(({ title }: { title: string }) => title)).toEqual([
        'Stras',
        'straße',
        'STRASSE',
        'Straw',
        '\ufa0e',
        '\u{1F47B}busters',
      ]);
      expect(pages.flat()).toEqual(body.map(({ id }: { id: number }) => id));
    });

    it('clients by last name, and then by first name', async () => {
      const { body } = await shop.api.get('/clients?name=same&sort=last_name').expect(200);
      expect(body.map((client: { first_name: string }) => client.first_name)).toEqual([
        'Emil',
        'Émile',
        'eve',
        'Zorro',
      ]);
    });
  });

  describe('repeats no row and misses no permanent row, while rows are added and deleted', () => {
    /** Adds and deletes movies at both ends of the list, in the middle, and next to the reader's position. */
    const churn = (genreId: number, ids: number[]) => async (pages: number) => {
      for (const title of ['A', 'M 5', 'Z'])
        await shop.clerk.movie(0, { title: `${title} ${pages}`, genre_id: genreId });
      for (const index of [2 * pages, 30 - 2 * pages]) {
        const id = ids[index];
        if (id !== undefined && index % 2 === 0) await shop.api.delete(`/movies/${id}`);
      }
    };

    it.each(['id', '-id', 'title', '-title', 'year', '-year'])('walking forward by %s', async (sort) => {
      const { path, genreId, ids } = await genreOf(30, (index) => ({
        title: `M ${index % 7}`,
        year: 1900 + (index % 3),
      }));
      const stayed = ids.filter((_, index) => index % 2 === 1);
      const seen = (await walk(shop.api, `${path}?limit=4&sort=${sort}`, 'next', churn(genreId, ids))).flat();
      expect(new Set(seen).size).toBe(seen.length);
      expect(stayed.filter((id) => !seen.includes(id))).toEqual([]);
    });

    it.each(['id', '-title', 'year'])('walking backward by %s', async (sort) => {
      const { path, genreId, ids } = await genreOf(30, (index) => ({
        title: `M ${index % 7}`,
        year: 1900 + (index % 3),
      }));
      const stayed = ids.filter((_, index) => index % 2 === 1);
      const forward = await shop.api.get(`${path}?limit=200&sort=${sort}`).expect(200);
      const all = idsOf(forward);
      let last = await shop.api.get(`${path}?limit=29&sort=${sort}`).expect(200);
      last = await shop.api.get(linksOf(last).next!).expect(200);
      const back = linksOf(last).prev!.replace('limit=29', 'limit=4');
      const pages = await walk(shop.api, back, 'prev', churn(genreId, ids));
      const seen = [...pages].reverse().flat();
      expect(new Set(seen).size).toBe(seen.length);
      expect(stayed.filter((id) => id !== all.at(-1) && !seen.includes(id))).toEqual([]);
      expect(seen.filter((id) => all.includes(id))).toEqual(all.filter((id) => seen.includes(id)));
    });
  });

  describe('refuses a cursor', () => {
    const cursorInto = async (url: string) => cursorOf(linksOf(await shop.api.get(url).expect(200)).next!);
    const refusedCursor = async (url: string, cursor: string) =>
      expect(await faultyParameters(shop.api.get(url).query({ cursor }))).toEqual(['cursor']);

    it('that was changed anywhere', async () => {
      const { path } = await genreOf(2);
      const cursor = await cursorInto(`${path}?limit=1`);
      for (const index of range(cursor.length)) {
        const other = cursor[index] === 'A' ? 'B' : 'A';
        await refusedCursor(`${path}?limit=1`, cursor.slice(0, index) + other + cursor.slice(index + 1));
      }
    });

    it.each(['x', 'null', '!!!!', 'W10', '\u{1F47B}'])('that is forged: %j', async (cursor) => {
      await refusedCursor('/movies', cursor);
    });

    it('with a prefix or a suffix', async () => {
      const { path } = await genreOf(2);
      const cursor = await cursorInto(`${path}?limit=1`);
      for (const altered of [`${cursor}=`, `${cursor}A`, `A${cursor}`, `${cursor}.`, cursor.slice(0, -1)]) {
        await refusedCursor(`${path}?limit=1`, altered);
      }
    });

    it('of another order, another filter or another list', async () => {
      const [{ path, genreId }, other] = [await genreOf(2), await genreOf(2)];
      const cursor = await cursorInto(`${path}?limit=1`);
      await refusedCursor(`${path}?sort=-id`, cursor);
      await refusedCursor(`${path}?sort=title`, cursor);
      await refusedCursor(other.path, cursor);
      await refusedCursor('/movies', cursor);
      await refusedCursor('/genres', cursor);
      const filtered = await cursorInto(`/movies?genre_id=${genreId}&limit=1`);
      await refusedCursor(`/movies?genre_id=${other.genreId}`, filtered);
      await refusedCursor(`/movies?genre_id=${genreId}&year=1999`, filtered);
      await refusedCursor('/movies', filtered);
    });

    it("of another client's rents, or another movie's copies", async () => {
      const [one, other] = [await shop.clerk.client(), await shop.clerk.client()];
      const [movie, sequel] = [await shop.clerk.movie(2), await shop.clerk.movie(2)];
      for (const { id } of movie.copies) await shop.clerk.rent(one.id, id);
      const rents = await cursorInto(`/clients/${one.id}/movie_rents?limit=1`);
      await refusedCursor(`/clients/${other.id}/movie_rents`, rents);
      await refusedCursor('/movie_rents', rents);
      const copies = await cursorInto(`/movies/${movie.id}/copies?limit=1`);
      await refusedCursor(`/movies/${sequel.id}/copies`, copies);
      await refusedCursor('/movie_copies', copies);
    });
  });
});
