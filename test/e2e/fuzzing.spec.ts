import process from 'node:process';
import fc from 'fast-check';
import type { Response } from 'supertest';
import { Progress } from '../../scripts/support/progress.js';
import { isSqlite } from '../support/engine.js';
import { FuzzFixtures } from '../support/http/fuzz-fixtures.js';
import { invariantViolations, readRepresentations, representationViolations } from '../support/database/invariants.js';
import { executeRaw } from '../support/database/raw-database.js';
import { withSeed } from '../support/random.js';
import { anyRequest, operationIds, type PlannedRequest } from '../support/http/requests.js';
import { useShop } from '../support/shop.js';

/** `npm run fuzz` sends more requests than `npm test`, and shows its progress. */
const count = Number(process.env['FUZZ_REQUESTS'] ?? 300);
const isLong = count >= 10_000;

describe('random requests', () => {
  withoutContractCoverage();
  const shop = useShop();
  beforeAll(async () => {
    for (let stock = 1; stock < 5; stock++) {
      const { copies } = await shop.clerk.movie(stock);
      await shop.clerk.rent((await shop.clerk.client()).id, copies[0].id);
    }
  });

  it(
    `get responses that the document allows, and violate no invariant: ${count} requests`,
    () =>
      withSeed(async (random, seed) => {
        const fixtures = new FuzzFixtures(shop.api);
        const tally = new Tally();
        const perform = async (planned: PlannedRequest): Promise<void> => {
          if (tally.sent % 25 === 0) await fixtures.refresh();
          const request = fixtures.resolve(planned);
          const { method, target, headers, body } = request;
          const { text = body === undefined ? undefined : JSON.stringify(body) } = request;
          const sent = shop.api[method](target).set(headers);
          const answer: Response = await (text === undefined ? sent : sent.send(text));
          fixtures.record(target, answer);
          tally.count(planned, answer);
          assertAnswerFits(planned, answer, [method, target, JSON.stringify(headers), text?.slice(0, 2000)].join(' '));
        };
        const askAll = (advance: (done: number) => void) =>
          fc.assert(
            fc.asyncProperty(anyRequest(), (planned) => perform(planned).then(() => advance(1))),
            { seed: random.below(2 ** 31), numRuns: count },
          );

        if (isLong) {
          await new Progress().step(`${isSqlite() ? 'sqlite' : 'postgres'}, TEST_SEED=${seed}`, count, askAll);
        } else await askAll(() => undefined);

        expect(tally.shareDone).toBeGreaterThan(0.5);
        if (isLong) expect(tally.neverDone).toEqual([]);
        expect(await invariantViolations(shop.databaseUrl)).toEqual([]);
        expect(representationViolations(await readRepresentations(shop.api))).toEqual([]);
      }),
    isLong ? 2 * 60 * 60_000 : 180_000,
  );
});

/** Counts the valid requests, and those that succeeded. */
class Tally {
  sent = 0;
  private allowed = 0;
  private done = 0;
  private readonly everDone = new Set<string>();

  count({ operationId, broken }: PlannedRequest, { status }: Response): void {
    this.sent++;
    if (broken !== undefined) return;
    this.allowed++;
    if (status >= 300) return;
    this.done++;
    this.everDone.add(operationId);
  }

  get shareDone(): number {
    return this.done / this.allowed;
  }

  get neverDone(): string[] {
    return operationIds.filter((operationId) => !this.everDone.has(operationId));
  }
}

/** Codes of errors by rules of the shop. All others are errors of form. */
const ruleCodes: readonly (string | undefined)[] = [
  'unknown',
  'address_removed',
  'duplicate_copy',
  'duplicate_line',
  'copy_rented',
  'copy_not_in_service',
  'no_copy_available',
  'client_blocked',
  'client_has_overdue',
  'empty_basket',
  'limit_reached',
  'same_record',
  'duplicate_code',
  'stock_disagrees',
  'copies_missing',
  'read_only',
];

/** The document states only in words that one of two members is required. */
const isStockMissing = (code?: string, pointer?: string): boolean => code === 'required' && pointer === '#/stock';

/** @throws if an invalid request was not refused, or a valid one was refused for its form */
function assertAnswerFits(
  { broken }: Pick<PlannedRequest, 'broken'>,
  { status, text, body }: Pick<Response, 'status' | 'text' | 'body'>,
  request: string,
): void {
  const { type, errors = [] } = body as { type?: string; errors?: { code?: string; pointer?: string }[] };
  const isForARule =
    [404, 409, 412].includes(status) ||
    type === '/problems/idempotency-key-reused' ||
    (status === 422 &&
      errors.length > 0 &&
      errors.every(({ code, pointer }) => ruleCodes.includes(code) || isStockMissing(code, pointer)));
  const fits = broken === undefined ? status < 400 || isForARule : status >= 400 && status < 500;
  if (fits) return;
  const what =
    broken === undefined ? 'What the document allows was refused' : `What is broken in its ${broken} was not refused`;
  throw new Error(`${what}: ${request}\n${status} ${text}`);
}

describe('a response to a valid request', () => {
  const refusedFor = (...codes: (string | undefined)[]) => {
    const body = { type: '/problems/invalid-input', errors: codes.map((code) => ({ code })) };
    return () => assertAnswerFits({}, { status: 422, text: JSON.stringify(body), body }, 'POST /movie_rents');
  };

  it.each([[['too_long']], [['unknown', 'unknown_member']], [[undefined]], [[]]])('may not be 422 for %j', (codes) => {
    expect(refusedFor(...codes)).toThrow('What the document allows was refused');
  });

  it('may be 422 for rules of the shop', () => {
    expect(refusedFor('unknown', 'duplicate_copy')).not.toThrow();
  });
});

describe('the oracle of invariants', () => {
  const shop = useShop();

  it('reports derived members that contradict the rows', async () => {
    const movie = await shop.clerk.movie(2);
    const rent = await shop.clerk.rent((await shop.clerk.client()).id, movie['copies'][0].id);
    const { movies, copies, rents } = await readRepresentations(shop.api);
    expect(representationViolations({ movies, copies, rents })).toEqual([]);
    const contradictions = {
      movies: movies.map((shown) => ({ ...shown, stock: 3, available: 2, copies: [] })),
      copies: copies.map((shown) => ({ ...shown, is_available: true })),
      rents: rents.map((shown) => ({ ...shown, is_closed: true, closed_datetime: '2026-01-01T00:00:00.000Z' })),
    };
    expect(representationViolations(contradictions)).toEqual([
      `rent ${rent['id']}: is_closed`,
      `rent ${rent['id']}: closed_datetime`,
      `copy ${movie['copies'][0].id}: is_available`,
      `movie ${movie['id']}: stock`,
      `movie ${movie['id']}: copies`,
    ]);
  });

  it('reports violations that the database no longer prevents', async () => {
    const { copies } = await shop.clerk.movie(2);
    const rent = await shop.clerk.rent((await shop.clerk.client()).id, copies[0].id);
    expect(await invariantViolations(shop.databaseUrl)).toEqual([]);

    // On SQLite, foreign keys are a setting of each connection, off by default.
    const unguarded = isSqlite() ? '' : 'SET session_replication_role = replica;';
    const line = (rentId: number, copyId: number, returned: string) =>
      `INSERT INTO movie_rent_detail (movie_rent_id, client_id, movie_copy_id, lent_datetime, returned_datetime)
       VALUES (${rentId}, ${rent.client_id}, ${copyId}, '2026-01-01T00:00:00.000Z', ${returned})`;
    await executeRaw(
      shop.databaseUrl,
      `${unguarded} DROP INDEX ix_movie_rent_detail_one_open_line_per_copy;
       ${line(rent.id, copies[0].id, 'NULL')}; ${line(4711, copies[1].id, "'2026-01-01T00:00:00.000Z'")}`,
    );
    expect(await invariantViolations(shop.databaseUrl)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^movie_rent_detail \d+: its movie_rent_id is 4711, and there is no such movie_rent/),
        expect.stringMatching(/^movie_rent_detail \d+: its movie_copy_id is also that of row \d+/),
      ]),
    );
  });
});

/** Excludes the file from contract coverage: a random request must not replace a test that always sends it. */
function withoutContractCoverage(): void {
  const folder = process.env['CONTRACT_COVERAGE'];
  beforeAll(() => void delete process.env['CONTRACT_COVERAGE']);
  afterAll(() => {
    if (folder !== undefined) process.env['CONTRACT_COVERAGE'] = folder;
  });
}
