import process from 'node:process';
import fc from 'fast-check';
import type { Response } from 'supertest';
import { Progress } from '../../scripts/support/progress.js';
import { Acquaintance } from '../support/fuzz-fixtures.js';
import { disorderIn } from '../support/invariants.js';
import { isSqlite } from '../support/engine.js';
import { behindItsBack } from '../support/fault-injection.js';
import { withSeed } from '../support/random.js';
import { anyRequest, operationIds, type PlannedRequest } from '../support/requests.js';
import { useShop } from '../support/shop.js';

/** `npm run fuzz` asks more than `npm test` does, and says how far it is. */
const count = Number(process.env['FUZZ_REQUESTS'] ?? 300);
const isLong = count >= 10_000;

describe('whatever is asked', () => {
  leaveContractCoverageAlone();
  const shop = useShop();
  beforeAll(async () => {
    for (let stock = 1; stock < 5; stock++) {
      const { copies } = await shop.clerk.movie(stock);
      await shop.clerk.rent((await shop.clerk.client()).id, copies[0].id);
    }
  });

  it(
    `is answered as the document says, and leaves the shop in order: ${count} requests`,
    () =>
      withSeed(async (random, seed) => {
        const known = new Acquaintance(shop.api);
        const tally = new Tally();
        const ask = async (planned: PlannedRequest): Promise<void> => {
          if (tally.asked % 25 === 0) await known.lookAround();
          const request = known.introduce(planned);
          const { method, target, headers, body } = request;
          const { text = body === undefined ? undefined : JSON.stringify(body) } = request;
          const sent = shop.api[method](target).set(headers);
          const answer: Response = await (text === undefined ? sent : sent.send(text));
          known.remember(target, answer);
          tally.count(planned, answer);
          assertAnswerFits(planned, answer, [method, target, JSON.stringify(headers), text?.slice(0, 2000)].join(' '));
        };
        const askAll = (advance: (done: number) => void) =>
          fc.assert(
            fc.asyncProperty(anyRequest(), (planned) => ask(planned).then(() => advance(1))),
            { seed: random.below(2 ** 31), numRuns: count },
          );

        if (isLong) {
          await new Progress().step(`${isSqlite() ? 'sqlite' : 'postgres'}, TEST_SEED=${seed}`, count, askAll);
        } else await askAll(() => undefined);

        expect(tally.shareDone).toBeGreaterThan(0.5);
        if (isLong) expect(tally.neverDone).toEqual([]);
        expect(await disorderIn(shop.api, shop.databaseUrl)).toEqual([]);
      }),
    isLong ? 2 * 60 * 60_000 : 180_000,
  );
});

/** Counts what was asked as the document allows, and what of it was done. */
class Tally {
  asked = 0;
  private allowed = 0;
  private done = 0;
  private readonly everDone = new Set<string>();

  count({ operationId, broken }: PlannedRequest, { status }: Response): void {
    this.asked++;
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

/** Codes of the errors that a rule of the shop leads to, in the data that is there. All others are about the form. */
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
  'limit_reached',
  'same_record',
  'duplicate_code',
  'stock_disagrees',
  'copies_missing',
  'read_only',
];

/** That one of two members is there is said in words only. */
const isStockMissing = (code?: string, pointer?: string): boolean => code === 'required' && pointer === '#/stock';

/** @throws where a broken request was not refused, or a good one was refused for its form */
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

describe('an answer to a request that the document allows', () => {
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

describe('disorder in a shop', () => {
  const shop = useShop();

  it('is found, where the database can no longer keep it out', async () => {
    const { copies } = await shop.clerk.movie(2);
    const rent = await shop.clerk.rent((await shop.clerk.client()).id, copies[0].id);
    expect(await disorderIn(shop.api, shop.databaseUrl)).toEqual([]);

    // Foreign keys are a setting of each connection in SQLite, and off by default.
    const unguarded = isSqlite() ? '' : 'SET session_replication_role = replica;';
    const line = (rentId: number, copyId: number, returned: string) =>
      `INSERT INTO movie_rent_detail (movie_rent_id, client_id, movie_copy_id, lent_datetime, returned_datetime)
       VALUES (${rentId}, ${rent.client_id}, ${copyId}, '2026-01-01T00:00:00.000Z', ${returned})`;
    await behindItsBack(
      shop.databaseUrl,
      `${unguarded} DROP INDEX ix_movie_rent_detail_one_open_line_per_copy;
       ${line(rent.id, copies[0].id, 'NULL')}; ${line(4711, copies[1].id, "'2026-01-01T00:00:00.000Z'")}`,
    );
    const disorder = await disorderIn(shop.api, shop.databaseUrl);
    expect(disorder).toEqual([
      'open lines: have a copy each',
      expect.stringMatching(/^movie_rent_detail without movie_rent: .*4711/),
      expect.stringMatching(`^copy in two hands: .*${copies[0].id}`),
    ]);
  });
});

/** What a random request happens to produce must not stand for a test that always produces it. */
function leaveContractCoverageAlone(): void {
  const folder = process.env['CONTRACT_COVERAGE'];
  beforeAll(() => void delete process.env['CONTRACT_COVERAGE']);
  afterAll(() => {
    if (folder !== undefined) process.env['CONTRACT_COVERAGE'] = folder;
  });
}
