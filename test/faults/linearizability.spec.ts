import { setTimeout as pause } from 'node:timers/promises';
import { freshDatabase, type FreshDatabase, isSqlite } from '../support/engine.js';
import { progress, report, scaled } from '../support/faults/faults.js';
import { invariantViolations } from '../support/database/invariants.js';
import { findViolation, type TimedOperation } from '../support/rentals/linearizability.js';
import { type Program, startService } from '../../scripts/servers/program.js';
import { type Random, withSeed } from '../support/random.js';
import { type Answer, type Request, sequentialModel, type ShopState } from '../support/rentals/sequential-model.js';

const clients = 32;
// A history of 40 requests by each of 32 clients can keep the search busy for minutes.
const { rounds, requests } = scaled({ short: { rounds: 1, requests: 15 }, long: { rounds: 60, requests: 15 } });
const instances = isSqlite() ? 1 : 2;

/** A group of movies, whose history is checked by itself. Copies and rentals include retired and closed ones. */
interface MovieGroup {
  readonly movieIds: readonly number[];
  readonly initial: ShopState;
  readonly copyIds: number[];
  readonly rentIds: number[];
  readonly history: TimedOperation<Request, Answer>[];
}

describe(`${clients} clients of ${instances} instances of the service, that rent, return, amend and restock at random`, () => {
  let database: FreshDatabase;
  const services: { service: Program; url: string }[] = [];
  beforeAll(async () => {
    database = await freshDatabase();
    for (let count = 0; count < instances; count++) services.push(await startService({ DATABASE_URL: database.url }));
  });
  afterAll(async () => {
    await Promise.all(services.map(({ service }) => service.kill('SIGKILL')));
    await database.drop();
  });

  const send = (url: string, method: string, path: string, body?: object) =>
    fetch(url + path, { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  const make = async (path: string, body: object) =>
    (await (await send(services[0]!.url, 'POST', path, body)).json()) as { id: number; copies: { id: number }[] };

  async function createGroup(genreId: number): Promise<MovieGroup> {
    const fields = { title: 'Wanted', year: 1999, genre_id: genreId, stock: 2 };
    const movies = [await make('/movies/with_stock', fields), await make('/movies/with_stock', fields)];
    const copies = movies.flatMap(({ id, copies }) => copies.map((copy) => ({ id: copy.id, movieId: id })));
    return {
      movieIds: movies.map(({ id }) => id),
      initial: {
        copies: Object.fromEntries(copies.map(({ id, movieId }) => [id, { movieId, rentId: null }])),
        rents: {},
      },
      copyIds: copies.map(({ id }) => id),
      rentIds: [],
      history: [],
    };
  }

  let rentals = 0;
  function plan({ movieIds, copyIds, rentIds }: MovieGroup, random: Random): Request {
    const known = copyIds.slice(-6);
    const some = random.sample(known, 1 + random.below(2));
    const rentId = rentIds.length > 0 ? random.pick(rentIds.slice(-6)) : undefined;
    const choice = random.below(20);
    if (choice < 4) return { do: 'read', movieId: random.pick(movieIds) };
    if (choice < 6) return { do: 'stock', movieId: random.pick(movieIds), stock: 1 + random.below(3) };
    if (choice < 8 && rentId) return { do: 'amend', rentId, copyIds: some };
    if (choice < 13 && rentId) return { do: 'close', rentId };
    return { do: 'rent', copyIds: some, number: ++rentals };
  }

  async function perform(
    url: string,
    request: Request,
    shop: { genreId: number; clientId: number },
  ): Promise<Response> {
    const lines = (copyIds: readonly number[]) => ({
      client_id: shop.clientId,
      details: copyIds.map((id) => ({ movie_copy_id: id })),
    });
    switch (request.do) {
      case 'rent':
        return send(url, 'POST', '/movie_rents', lines(request.copyIds));
      case 'close':
        return send(url, 'PUT', `/movie_rents/${request.rentId}/close`);
      case 'amend':
        return send(url, 'PUT', `/movie_rents/${request.rentId}`, lines(request.copyIds));
      case 'stock': {
        const movie = { title: 'Wanted', year: 1999, genre_id: shop.genreId, stock: request.stock };
        return send(url, 'PUT', `/movies/${request.movieId}/with_stock`, movie);
      }
      case 'read':
        return send(url, 'GET', `/movies/${request.movieId}`);
    }
  }

  async function parse(request: Request, response: Response): Promise<Answer> {
    const { status } = response;
    const body = (await response.json()) as {
      readonly id: number;
      readonly type: string;
      readonly movie_copy_ids?: number[];
      readonly copies: { readonly id: number; readonly is_available: boolean }[];
    };
    if (status >= 400)
      return { status, problem: body.type.replace('/problems/', ''), movieCopyIds: body.movie_copy_ids };
    if (request.do === 'rent') return { status, rentId: body.id };
    if (request.do === 'close' || request.do === 'amend') return { status };
    const copies = body.copies.map((copy) => [copy.id, copy.is_available ? 'in' : 'out']);
    return { status, copies: Object.fromEntries(copies) };
  }

  async function play(groups: readonly MovieGroup[], shop: { genreId: number; clientId: number }, random: Random) {
    const client = async (): Promise<void> => {
      for (let count = 0; count < requests; count++) {
        const group = random.pick(groups);
        const request = plan(group, random);
        const sentAt = performance.now();
        const response = await perform(random.pick(services).url, request, shop);
        const answer = await parse(request, response);
        // After a 503 it is unknown whether the request was executed.
        const isKnown = answer.status !== 503;
        group.history.push({
          request,
          answer: isKnown ? answer : undefined,
          sentAt,
          receivedAt: isKnown ? performance.now() : Infinity,
        });
        if (answer.rentId) group.rentIds.push(answer.rentId);
        for (const id of Object.keys(answer.copies ?? {}).map(Number)) {
          if (!group.copyIds.includes(id)) group.copyIds.push(id);
        }
      }
    };
    await Promise.all(Array.from({ length: clients }, client));
  }

  it(`get linearizable responses, ${rounds} rounds long`, async () => {
    await withSeed(async (random) => {
      const genreId = (await make('/genres', { name: 'Races' })).id;
      const clientId = (await make('/clients', { first_name: 'A', last_name: 'Client', address: 'A Road' })).id;
      const figures = { rounds, histories: 0, operations: 0, 'of them refused': 0, 'of them unanswered': 0 };
      await progress.step('rounds', rounds, async (advance) => {
        for (let round = 0; round < rounds; round++) {
          // From all clients on one group of movies to a few on each of many.
          const groups: MovieGroup[] = [];
          for (let count = 1 + random.below(8); count > 0; count--) groups.push(await createGroup(genreId));
          await play(groups, { genreId, clientId }, random);
          for (const { history, initial } of groups) {
            expect(findViolation(history, sequentialModel(initial))).toBeUndefined();
            figures.histories++;
            figures.operations += history.length;
            figures['of them refused'] += history.filter(({ answer }) => answer?.status === 409).length;
            figures['of them unanswered'] += history.filter(({ answer }) => !answer).length;
          }
          // A long search blocks this process, which then processes that the services have closed idle connections.
          await pause(50);
          advance(1);
        }
      });
      expect(await invariantViolations(database.url)).toEqual([]);
      report('Linearizability', random, figures);
    });
  });
});
