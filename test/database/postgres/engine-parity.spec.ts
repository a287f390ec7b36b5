import type { Response } from 'supertest';
import { type Api, openShop, type RunningShop } from '../../support/app.js';
import { freshFile, type FreshDatabase } from '../../support/engine.js';
import type { Method } from '../../support/http/operations.js';
import { linksOf } from '../../support/http/paging.js';

type Request = readonly [method: Method, path: string, body?: object];

const titles = [
  'Straw',
  'straße',
  'STRASSE',
  'Stras',
  '\u{1F47B}busters',
  '\ufa0e',
  'Émile',
  'eve',
  'Emil',
  'İstanbul',
];
const rent = (client: number, ...copies: number[]) => ({
  client_id: client,
  details: copies.map((id) => ({ movie_copy_id: id })),
});

let licenses = 0;

/** A day in a shop, refused requests last: on PostgreSQL a refused unit of work uses up ids. */
const changes: readonly Request[] = [
  ...['Drama', 'Ärger', 'arger 2', 'Zoo'].map((name) => ['post', '/genres', { name }] as const),
  ...titles.map(
    (title, index) =>
      [
        'post',
        '/movies/with_stock',
        { title, year: 1950 + (index % 3), genre_id: 1 + (index % 2), stock: index % 4 },
      ] as const,
  ),
  ...['Zoë', 'zoe', 'Ångström', '\u{1F3AC}'].map(
    (last_name) =>
      ['post', '/clients', { first_name: 'Ann', last_name, address: 'A', license_number: `L-${++licenses}` }] as const,
  ),
  ['put', '/movies/3/with_stock', { title: 'STRASSE', year: 1952, genre_id: 1, stock: 5 }],
  // Generated codes are random.
  ...Array.from({ length: 16 }, (_, index) => {
    return ['patch', `/movie_copies/${index + 1}`, { code: `${index % 2 ? 'é' : 'E'}-${index}` }] as const;
  }),
  ['post', '/movies/1/copies', { code: 'ß-1' }],
  ['post', '/movie_rents', rent(1, 1, 2)],
  ['post', '/movie_rents', { client_id: 2, details: [{ movie_id: 4 }] }],
  ['put', '/movie_rents/1/close'],
  ['patch', '/clients/3', { license_number: null, first_name: null }],
  ['patch', '/movie_copies/3', { service_state: 'lost' }],
  ['delete', '/genres/4'],
];
const refusals: readonly Request[] = [
  ['post', '/genres', { name: 'DRAMA' }],
  ['post', '/clients', { first_name: 'A', last_name: 'B', address: 'A', license_number: 'l-1' }],
  ['post', '/movies/1/copies', { code: 'ß-1' }],
  ['post', '/movie_rents', rent(2, 4, 4, 9999)],
  ['post', '/movie_rents', { client_id: 9999, details: [{ movie_id: 9999 }, { movie_id: 1 }] }],
  ['put', '/movies/4/with_stock', { title: 'Stras', year: 1950, genre_id: 9999, stock: 0 }],
  ['put', '/movies/4/with_stock', { title: 'Stras', year: 1950, genre_id: 1, stock: 0 }],
  ['delete', '/genres/1'],
  ['delete', '/movies/4'],
  ['delete', '/clients/1'],
  ['get', '/movies/2147483648'],
  ['get', '/movies?limit=201&sort=x&titel=y'],
];
const lists = [
  ...['id', '-id', 'title', '-title', 'year', '-year'].map((sort) => `/movies?sort=${sort}&limit=3&include_total=true`),
  ...['name', '-name'].map((sort) => `/genres?sort=${sort}&limit=2`),
  ...['last_name', '-last_name'].map((sort) => `/clients?sort=${sort}&limit=2`),
  ...['code', '-code'].map((sort) => `/movie_copies?sort=${sort}&limit=5`),
  '/movie_rents?limit=1&expand=client',
  ...['strasse', 'STRAẞE', 'e', '\u{1F47B}', 'ÉMI', 'ist', '%', '_'].map(
    (title) => `/movies?title=${encodeURIComponent(title)}&expand=genre`,
  ),
  '/movies?available=true',
  '/clients?name=ZO%C3%8B',
  '/movie_rents?is_closed=false',
  '/genres/1/movies',
  '/clients/1/movie_rents',
];

describe('engine parity: SQLite and PostgreSQL', () => {
  let file: FreshDatabase;
  let shops: [RunningShop, RunningShop];
  beforeAll(async () => {
    file = await freshFile();
    shops = [await openShop({ databaseUrl: file.url }), await openShop()];
  });
  afterAll(async () => {
    await Promise.all(shops.map((shop) => shop.close()));
    await file.drop();
  });

  const send = (api: Api, [method, path, body]: Request) => api[method](path).send(body);

  /** @param other the request to the second shop, if it differs */
  async function expectSame(request: Request, other = request): Promise<[Response, Response]> {
    const answers = await Promise.all([send(shops[0].api, request), send(shops[1].api, other)]);
    const [sqlite, postgres] = answers.map(comparable);
    expect(sqlite).toEqual(postgres);
    return answers;
  }

  it('send equal responses to changes, byte by byte except for times', async () => {
    for (const request of changes) await expectSame(request);
  });

  it('send equal lists, in every order and on every page, for searches in any script', async () => {
    for (const first of lists) {
      // Each shop encrypts its cursors with a key of its own.
      let paths: [string, string] | undefined = [first, first];
      while (paths) {
        const answers: [Response, Response] = await expectSame(['get', paths[0]], ['get', paths[1]]);
        expect(answers[0].status).toBe(200);
        const [one, other] = answers.map((answer) => linksOf(answer).next);
        paths = one && other ? [one, other] : undefined;
      }
    }
  });

  it('send equal problems', async () => {
    for (const request of refusals) {
      const [{ status }] = await expectSame(request);
      expect(status).toBeGreaterThanOrEqual(400);
    }
  });
});

const chance = [
  [/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"(time)"'],
  [/"request_id":"[^"]+"/g, '"request_id":"(id)"'],
  [/"code":"[0-9A-Z]{12}"/g, '"code":"(code)"'],
] as const;

/**
 * Returns a response without the parts that differ between two shops: times, random values, and what is derived from
 * them.
 */
function comparable({ status, headers, text }: Response): object {
  const body = chance.reduce((known, [pattern, word]) => known.replace(pattern, word), text);
  const randomHeaders = new Set(['date', 'x-request-id', ...(body === text ? [] : ['etag', 'link'])]);
  const kept = Object.entries(headers as Record<string, string>)
    .filter(([name]) => !randomHeaders.has(name))
    .map(([name, value]) => [name, name === 'link' ? value.replace(/cursor=[\w-]+/g, 'cursor=…') : value]);
  return { status, headers: Object.fromEntries(kept) as object, body };
}
