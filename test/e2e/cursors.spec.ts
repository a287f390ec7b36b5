import { createHash } from 'node:crypto';
import type { Response } from 'supertest';
import { openShop } from '../support/app.js';
import { emptyDatabase } from '../support/engine.js';
import { cursorOf, linksOf, walk } from '../support/http/paging.js';
import { faultyParameters } from '../support/http/problem.js';
import { clerk, useShop } from '../support/shop.js';

const idsOf = ({ body }: Response): number[] => (body as { id: number }[]).map(({ id }) => id);

describe('a cursor', () => {
  const shop = useShop();

  const page = (path: string) => shop.api.get(path).expect(200);
  const nextCursor = async (path: string) => cursorOf(linksOf(await page(path)).next!);

  beforeAll(async () => {
    const genre = await shop.clerk.genre();
    for (const year of [1950, 1960, 1970]) await shop.clerk.movie(1, { genre_id: genre['id'] as number, year });
    for (const first_name of ['Alvin', 'Lyle', 'Rose']) await shop.clerk.client({ first_name, last_name: 'Straight' });
  });

  it.each(['id', '-title', 'year'])(
    'of ?sort=%s is opaque and stable: equal positions have equal cursors',
    async (sort) => {
      const cursor = await nextCursor(`/movies?limit=1&sort=${sort}`);
      expect(await nextCursor(`/movies?limit=1&sort=${sort}`)).toBe(cursor);
      expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toMatch(/after|movie|19[567]0/i);
    },
  );

  it('of ?sort=last_name shows no name of a client (personal data in URLs)', async () => {
    const cursor = await nextCursor('/clients?limit=1&sort=last_name');
    const bytes = Buffer.from(cursor, 'base64url');
    for (const encoding of ['latin1', 'utf8', 'utf16le'] as const) {
      expect(bytes.toString(encoding)).not.toMatch(/straight|alvin|lyle|rose/i);
    }
  });

  describe('that is forged with the unkeyed digest of earlier releases gets 422', () => {
    const forged = (place: string, list: object): string => {
      const digest = createHash('sha256')
        .update(JSON.stringify([list, place]))
        .digest('base64url');
      return Buffer.from(`${digest.slice(0, 16)}${place}`).toString('base64url');
    };

    it.each([
      '["after",1,1]',
      '["after","abc",1]',
      '["after",null,1]',
      '["after",1,"1"]',
      '["after",1e308,1]',
      '["after",1,1e10]',
      '["beside",1,1]',
      '["after"]',
      'null',
      '{}',
      '[]',
      '7',
      '"x"',
      '{',
    ])('%s', async (place) => {
      for (const sort of ['id', 'title', 'year']) {
        const cursor = forged(place, { sort, kind: 'ListMovies' });
        const answer = shop.api.get('/movies').query({ sort, cursor });
        expect(await faultyParameters(answer)).toEqual(['cursor']);
      }
      // Parameters of one client are not cached for others.
      expect(idsOf(await page(linksOf(await page('/movies?limit=1')).next!))).toHaveLength(1);
    });
  });

  it('of another installation gets 422', async () => {
    const database = await emptyDatabase();
    const other = await openShop({ databaseUrl: database.url });
    const { api } = other;
    for (let movies = 0; movies < 2; movies++) await clerk(api).movie(0);
    const cursor = cursorOf(linksOf(await api.get('/movies?limit=1').expect(200)).next!);
    expect(cursor).not.toBe(await nextCursor('/movies?limit=1'));
    expect(await faultyParameters(shop.api.get('/movies').query({ limit: 1, cursor }))).toEqual(['cursor']);
    await other.close();
    await database.drop();
  });

  it('remains valid after a restart', async () => {
    const opened = await openShop();
    for (let movies = 0; movies < 2; movies++) await clerk(opened.api).movie(0);
    const { next } = linksOf(await opened.api.get('/movies?limit=1').expect(200));
    await opened.app.close();
    const again = await openShop({ databaseUrl: opened.databaseUrl });
    expect(idsOf(await again.api.get(next!).expect(200))).toEqual([2]);
    await again.close();
    await opened.close();
  });

  it.each([
    ['that grow fourfold when they are made comparable', '㍿'.repeat(200)],
    ['of three bytes a character', '界'.repeat(255)],
    ['of surrogate pairs', '\u{1F47B}'.repeat(255)],
    ['of signs that JSON escapes', '\\"'.repeat(127)],
  ])('of the longest titles, %s, has less than 2,000 characters and is accepted', async (_, title) => {
    const genre = await shop.clerk.genre();
    const titles = [1, 2, 3].map((number) => `${title.slice(0, -2)}${number}`);
    for (const each of titles) await shop.clerk.movie(0, { title: each, genre_id: genre['id'] as number });
    const path = `/genres/${genre['id']}/movies?limit=1&sort=title`;
    expect((await nextCursor(path)).length).toBeLessThan(2000);
    expect((await walk(shop.api, path, 'next')).flat()).toHaveLength(3);
    const second = linksOf(await page(path)).next!;
    expect(await walk(shop.api, linksOf(await page(second)).prev!, 'prev')).toHaveLength(1);
  });
});
