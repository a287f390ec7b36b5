import fc from 'fast-check';
import { scaled } from '../support/faults/faults.js';
import { invariantViolations } from '../support/database/invariants.js';
import { findViolation, type Model, type TimedOperation } from '../support/rentals/linearizability.js';
import { withSeed } from '../support/random.js';
import { readState } from '../support/rentals/rental-state.js';
import { type Answer, type Desk, type Policy, refusalsIn, type Request } from '../support/rentals/rental-model.js';
import { rentalPlans, rulePlans, type Plan, send } from '../support/rentals/rental-requests.js';
import { Disagreement } from '../support/rentals/rental-expectations.js';
import { step } from '../support/rentals/rental-rules.js';
import { useShop } from '../support/shop.js';

const { runs, commands, bursts, minutes } = scaled({
  short: { runs: 6, commands: 50, bursts: 6, minutes: 3 },
  long: { runs: 400, commands: 60, bursts: 8, minutes: 60 },
});

/** Around a leap day, and the change of the clocks in spring and in autumn. */
const beginnings = ['2024-02-27T22:30:00.000Z', '2024-03-29T04:10:00.000Z', '2024-10-25T21:59:59.999Z'];
const hourMs = 60 * 60_000;

describe('random requests of rentals (property-based)', () => {
  const shop = useShop();
  let genreId: number;
  beforeAll(async () => {
    genreId = (await shop.clerk.genre())['id'];
    const { copies } = await shop.clerk.movie(1, { genre_id: genreId });
    await shop.clerk.rent((await shop.clerk.client())['id'], copies[0].id);
  });

  /** A shop of two movies and two clients, beside those of earlier runs. */
  async function openDesk(now: string): Promise<Desk> {
    shop.clock.set(now);
    const policy: Policy = {
      time_zone: 'Europe/Berlin',
      rental_days: 2,
      max_open_copies: null,
      max_renewals: 1,
      block_when_overdue: false,
      opening_days: null,
      closed_dates: [],
      correction_minutes: null,
    };
    await shop.api.patch('/shop').send(policy).expect(200);
    const movies = [
      await shop.clerk.movie(2, { genre_id: genreId }),
      await shop.clerk.movie(1, { genre_id: genreId, rental_days: 1 }),
    ];
    const clients = [await shop.clerk.client(), await shop.clerk.client()];
    const lastRent = (await shop.api.get('/movie_rents?sort=-id&limit=1').expect(200)).body[0].id;
    const desk: Desk = {
      now,
      lastRent,
      policy,
      movies: movies.map(({ id, rental_days }) => ({ id, days: rental_days })),
      clients: clients.map(({ id }) => ({ id, limit: null, blocks: [] })),
      copies: movies.flatMap(({ id, copies }) =>
        copies.map((copy: { id: number; code: string }) => ({ ...copy, movieId: id, state: 'in_service' })),
      ),
      rents: [],
      lines: [],
    };
    const names = movies.map(({ id }) => ({ movie_id: id }));
    const request: Request = { do: 'check out', clientId: clients[0]!['id'], names, isDryRun: false };
    step(desk, request, await perform(request));
    return desk;
  }
  const perform = (request: Request): Promise<Answer> => send(shop.api, genreId, request);
  const compareState = async (desk: Desk): Promise<void> =>
    step(desk, { do: 'read state' }, await readState(shop.url, desk));

  /** Sends the request of a plan, and compares the response and then all resources with the model. */
  class SendRequest implements fc.AsyncCommand<Desk, undefined> {
    private sent = '';
    constructor(private readonly plan: Plan) {}

    check = (desk: Desk): boolean => this.plan(desk) !== undefined;

    async run(desk: Desk): Promise<void> {
      const request = this.plan(desk)!;
      this.sent = JSON.stringify(request);
      step(desk, request, await perform(request));
      await compareState(desk);
    }

    toString = (): string => this.sent;
  }

  class Wait implements fc.AsyncCommand<Desk, undefined> {
    constructor(private readonly hours: number) {}

    check = (): boolean => true;

    async run(desk: Desk): Promise<void> {
      desk.now = new Date(Date.parse(desk.now) + this.hours * hourMs).toISOString();
      shop.clock.set(desk.now);
      await compareState(desk);
    }

    toString = (): string => `wait ${this.hours} h`;
  }

  const requests = fc.commands(
    [
      rentalPlans.map((plan) => new SendRequest(plan)),
      rentalPlans.map((plan) => new SendRequest(plan)),
      rentalPlans.map((plan) => new SendRequest(plan)),
      rulePlans.map((plan) => new SendRequest(plan)),
      fc.constantFrom(0.5, 7, 24, 49).map((hours) => new Wait(hours)),
    ],
    { maxCommands: commands, size: 'max' },
  );

  const alone = fc.array(fc.oneof(rentalPlans, rulePlans), { maxLength: 12, size: 'max' });
  const together = fc.array(fc.array(rentalPlans, { minLength: 2, maxLength: 5, size: 'max' }), {
    minLength: 1,
    maxLength: bursts,
    size: 'max',
  });

  /** Ignores a missing line: it was the last one, and its rental was deleted meanwhile. */
  const outcomeOf = ({ outcome, line }: Answer['body']): object => (line === null ? { outcome } : { outcome, line });

  /**
   * Splits a request into parts that each took effect at one moment: each line of a stack, and each refusal. On
   * PostgreSQL, the statements of a request read what other requests have committed between them.
   */
  function atomicParts(request: Request, { status, body }: Answer): [Request, Answer][] {
    if (request.do === 'return stack' && status === 200) {
      const lines = request.names.map((name, index) => body.copies[index].line?.id ?? name);
      const isOf = (line: unknown) => (_: unknown, index: number) => lines[index] === line;
      return [...new Set(lines)].map((line) => [
        { ...request, names: request.names.filter(isOf(line)) },
        { status, body: { copies: body.copies.filter(isOf(line)).map(outcomeOf) } },
      ]);
    }
    const isJudged = request.do === 'check out' || request.do === 'correct' || request.do === 'renew';
    if (isJudged && status >= 400 && body.errors) {
      return refusalsIn(body.errors).map((refusal) => [
        { do: 'be refused', of: request, refusal },
        { status: 200, body: undefined },
      ]);
    }
    return [[request, { status, body }]];
  }

  /** Sends requests concurrently, and finds a sequence in which the rules give these responses and this state. */
  async function burst(plans: readonly Plan[], desk: Desk): Promise<Desk> {
    const requests = plans.flatMap((plan) => plan(desk) ?? []);
    const answers = await Promise.all(requests.map(perform));
    const history: TimedOperation<Request, Answer>[] = requests
      .flatMap((request, index) => atomicParts(request, answers[index]!))
      .map(([request, answer]) => ({ request, answer, sentAt: 0, receivedAt: 1 }));
    history.push({ request: { do: 'read state' }, answer: await readState(shop.url, desk), sentAt: 2, receivedAt: 3 });
    let after = desk;
    const rules: Model<Desk, Request, Answer> = {
      initial: desk,
      next(before, request, answer) {
        const next = structuredClone(before);
        try {
          step(next, request, answer!);
        } catch (error) {
          if (error instanceof Disagreement) return undefined;
          throw error;
        }
        if (request.do === 'read state') after = next;
        return next;
      },
      isIdle: (request, answer) => request.do === 'be refused' || answer!.status >= 400,
      key: (state) => JSON.stringify(state),
    };
    expect(findViolation(history, rules)).toBeUndefined();
    return after;
  }

  /** Checks a property of random plans, and at the end every row of the shop. */
  const check =
    <Values>(property: fc.IAsyncProperty<Values>) =>
    () =>
      withSeed(async (random) => {
        await fc.assert(property, { seed: random.below(2 ** 31), numRuns: runs, includeErrorInReport: true });
        expect(await invariantViolations(shop.databaseUrl)).toEqual([]);
      });

  const beginning = fc.constantFrom(...beginnings);

  it(
    'in sequence get the responses of the model, and leave the shop in its state',
    check(
      fc.asyncProperty(beginning, requests, (now, all) =>
        fc.asyncModelRun(async () => ({ model: await openDesk(now), real: undefined }), all),
      ),
    ),
    minutes * 60_000,
  );

  it(
    'in parallel get the responses of some sequence (linearizability)',
    check(
      fc.asyncProperty(beginning, alone, together, async (now, first, then) => {
        let desk = await openDesk(now);
        for (const plan of first) {
          const request = plan(desk);
          if (request) step(desk, request, await perform(request));
        }
        for (const plans of then) desk = await burst(plans, desk);
      }),
    ),
    minutes * 60_000,
  );
});
