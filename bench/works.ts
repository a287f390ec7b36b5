import type { Request } from 'autocannon';
import { type FreeCopies, scattered } from './load/free-copies.js';
import { titleOf } from './load/fill-shop.js';
import type { ShopSize } from './target.js';
import { type Answer, type Ask, json, verify } from './load/verify.js';

/** A workload: an operation that a client repeats on each of its connections. */
export interface Work {
  /** The expected statuses. Any other fails the measurement. */
  readonly statuses: readonly number[];
  /** Measures only responses of this status, if a client sends several kinds of requests in turn. */
  readonly timed?: number;
  /** Verifies the responses of the shop, and returns the requests to send. */
  prepare(ask: Ask, shop: OpenShop): Promise<Request[]>;
}

interface OpenShop {
  readonly size: ShopSize;
  readonly copies: FreeCopies;
}

interface Movie {
  readonly id: number;
  readonly title: string;
  readonly copies: readonly unknown[];
}

interface Rent {
  readonly id: number;
  readonly details: readonly {
    readonly movie_copy_id: number;
    readonly returned_datetime: string | null;
    readonly movie_copy: { readonly movie: Movie };
  }[];
}

const post = (path: string, body: object): Request => ({
  method: 'POST',
  path,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});

/** Reads a different path each time: `pathOf` is called with 0, 1, 2, … */
async function reads(
  ask: Ask,
  pathOf: (turn: number) => string,
  isRight: (answer: Answer) => boolean,
): Promise<Request[]> {
  let turn = 0;
  verify(await ask({ path: pathOf(0) }), 200, isRight);
  return [{ setupRequest: (request) => Object.assign(request, { path: pathOf(turn++) }) }];
}

const isPage = (length: number) => (answer: Answer) => {
  const movies = json<Movie[]>(answer);
  return movies.length === length && movies.every(({ title, copies }) => title && Array.isArray(copies));
};

const isFullPage = (answer: Answer): boolean => json<readonly unknown[]>(answer).length === 50;

async function rents(ask: Ask, { size, copies }: OpenShop): Promise<Request[]> {
  let turn = 0;
  const order = (copyIds: readonly number[]) =>
    post('/movie_rents', {
      client_id: scattered(turn++, size.clients),
      details: copyIds.map((id) => ({ movie_copy_id: id })),
    });
  verify(await ask(order(copies.takeTwo())), 201, (answer) => {
    const { details } = json<Rent>(answer);
    return details.length === 2 && details.every((line) => line.movie_copy.movie.title);
  });
  return [{ setupRequest: (request) => Object.assign(request, order(copies.takeTwo())) }];
}

async function rentsAndCloses(ask: Ask, shop: OpenShop): Promise<Request[]> {
  const [renting] = await rents(ask, shop);
  const closing = (rentId: number): Request => ({ method: 'PUT', path: `/movie_rents/${rentId}/close` });
  const rented = json<Rent>(await ask((renting!.setupRequest as (request: Request) => Request)({})));
  verify(await ask(closing(rented.id)), 200, (answer) =>
    json<Rent>(answer).details.every((line) => line.returned_datetime),
  );
  return [
    {
      ...renting,
      // A connection has one open rental at a time, in its own context.
      onResponse: (_status, body, context) => void Object.assign(context, JSON.parse(body) as Rent),
    },
    {
      setupRequest: (request, context) => Object.assign(request, closing((context as Rent).id)),
      onResponse: (_status, _body, context) =>
        shop.copies.giveBack((context as Rent).details.map((line) => line.movie_copy_id)),
    },
  ];
}

/** Returns the cursor behind the first `depth` movies, by following `next` links. */
async function cursorAt(ask: Ask, depth: number): Promise<string> {
  let path = '/movies?limit=200';
  for (let passed = 0; passed < depth; passed += 200) {
    const next = /<([^>]*)>; rel="next"/.exec((await ask({ path })).headers.get('link') ?? '')?.[1];
    if (!next) break;
    path = next;
  }
  return new URL(path, 'http://shop.example').searchParams.get('cursor')!;
}

function addsWithStock(stock: number): Work {
  return {
    statuses: [201],
    async prepare(ask) {
      const request = post('/movies/with_stock', { title: 'The Straight Story', year: 1999, genre_id: 1, stock });
      verify(await ask(request), 201, (answer) => json<Movie>(answer).copies.length === Math.min(stock, 200));
      return [request];
    },
  };
}

export const works = {
  hello: {
    statuses: [200],
    prepare: (ask) =>
      reads(
        ask,
        () => '/',
        (answer) => answer.body.includes('hello'),
      ),
  },
  'GET /movies/{id}': {
    statuses: [200],
    prepare: (ask, { size }) =>
      reads(
        ask,
        (turn) => `/movies/${scattered(turn, size.movies)}`,
        (answer) => json<Movie>(answer).copies.length === size.copies / size.movies,
      ),
  },
  'GET /movies?limit=20': {
    statuses: [200],
    prepare: (ask) => reads(ask, () => '/movies?limit=20', isPage(20)),
  },
  'GET /movies?limit=20&year=': {
    statuses: [200],
    prepare: (ask) => reads(ask, (turn) => `/movies?limit=20&year=${1950 + scattered(turn, 70) - 1}`, isPage(20)),
  },
  'GET /movies?limit=20&cursor=': {
    statuses: [200],
    async prepare(ask, { size }) {
      const cursor = await cursorAt(ask, Math.min(size.movies - 200, 200_000));
      return reads(ask, () => `/movies?limit=20&cursor=${cursor}`, isPage(20));
    },
  },
  'GET /movies?title=': {
    statuses: [200],
    prepare: (ask, { size }) =>
      reads(
        ask,
        (turn) => `/movies?title=${encodeURIComponent(titleOf(scattered(turn, size.movies)).slice(-11))}&limit=20`,
        (answer) => json<Movie[]>(answer).some(({ title }) => title === titleOf(scattered(0, size.movies))),
      ),
  },
  'GET /clients/{id}/standing': {
    statuses: [200],
    prepare: (ask, { size }) =>
      reads(
        ask,
        (turn) => `/clients/${scattered(turn, size.clients)}/standing`,
        (answer) => json<{ details: readonly unknown[] }>(answer).details.length > 0,
      ),
  },
  'GET /movie_rent_details?overdue=true': {
    statuses: [200],
    prepare: (ask) => reads(ask, () => '/movie_rent_details?overdue=true', isFullPage),
  },
  'GET /movie_rent_details?is_open=true&overdue=true&sort=due_datetime': {
    statuses: [200],
    prepare: (ask) => reads(ask, () => '/movie_rent_details?is_open=true&overdue=true&sort=due_datetime', isFullPage),
  },
  'GET /movies/{id}, If-None-Match': {
    statuses: [304],
    async prepare(ask, { size }) {
      const known: Request[] = [];
      for (let turn = 0; turn < 500; turn++) {
        const path = `/movies/${scattered(turn, size.movies)}`;
        const etag = (await ask({ path })).headers.get('etag')!;
        known.push({ path, headers: { 'If-None-Match': etag } });
      }
      verify(await ask(known[0]!), 304, (answer) => answer.body === '');
      let turn = 0;
      return [{ setupRequest: (request) => Object.assign(request, known[turn++ % known.length]) }];
    },
  },
  'POST /movie_rents': { statuses: [201], prepare: rents },
  'rent + close': { statuses: [201, 200], prepare: rentsAndCloses },
  'rent, then close': { statuses: [201, 200], timed: 201, prepare: rentsAndCloses },
  'close, after rent': { statuses: [201, 200], timed: 200, prepare: rentsAndCloses },
  'POST /movies/with_stock, 10 copies': addsWithStock(10),
  'POST /movies/with_stock, 10,000 copies': addsWithStock(10_000),
} satisfies Record<string, Work>;

export type WorkName = keyof typeof works;
