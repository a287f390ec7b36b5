import { findViolation, type Model, type TimedOperation } from '../../support/rentals/linearizability.js';
import { type Random, withSeed } from '../../support/random.js';
import { type Answer, type Request, sequentialModel, type ShopState } from '../../support/rentals/sequential-model.js';

/** Copies 1 and 2 of movie 1, both available. */
const initial: ShopState = { copies: { 1: { movieId: 1, rentId: null }, 2: { movieId: 1, rentId: null } }, rents: {} };
const refusedFor = (...movieCopyIds: number[]): Answer => ({
  status: 409,
  problem: 'copy-already-rented',
  movieCopyIds,
});
const rent = (...copyIds: number[]): Request => ({ do: 'rent', copyIds, number: 1 });
const read: Request = { do: 'read', movieId: 1 };
const close: Request = { do: 'close', rentId: 7 };
const isLent = { status: 201, rentId: 7 };
const seen = (one: 'in' | 'out', two: 'in' | 'out'): Answer => ({ status: 200, copies: { 1: one, 2: two } });

type Step = readonly [sentAt: number, receivedAt: number, Request, Answer | undefined];

const historyOf = (steps: readonly Step[]): TimedOperation<Request, Answer>[] =>
  steps.map(([sentAt, receivedAt, request, answer]) => ({ sentAt, receivedAt, request, answer }));

describe('the linearizability checker', () => {
  it.each<[string, Step[]]>([
    [
      'a copy rented twice',
      [
        [1, 2, rent(1), isLent],
        [3, 4, rent(1), { status: 201, rentId: 8 }],
      ],
    ],
    [
      'a copy rented twice at the same time',
      [
        [1, 4, rent(1, 2), isLent],
        [2, 3, rent(2), { status: 201, rentId: 8 }],
      ],
    ],
    [
      'a lost return',
      [
        [1, 2, rent(1), isLent],
        [3, 4, close, { status: 200 }],
        [5, 6, rent(1), refusedFor(1)],
      ],
    ],
    [
      'a stale read',
      [
        [1, 2, rent(1), isLent],
        [3, 4, read, seen('in', 'in')],
      ],
    ],
    [
      'two reads that go back in time',
      [
        [1, 9, rent(1), isLent],
        [2, 3, read, seen('out', 'in')],
        [4, 5, read, seen('in', 'in')],
      ],
    ],
    [
      'a part of a rental',
      [
        [1, 9, rent(1, 2), isLent],
        [2, 3, read, seen('out', 'in')],
      ],
    ],
    ['a refusal without a reason', [[1, 2, rent(1), refusedFor(1)]]],
    [
      'a refusal that names the wrong copy',
      [
        [1, 2, rent(1), isLent],
        [3, 4, rent(1, 2), refusedFor(2)],
      ],
    ],
    [
      'stock lowered below the number of copies out',
      [
        [1, 2, rent(1, 2), isLent],
        [3, 4, { do: 'stock', movieId: 1, stock: 1 }, { status: 200, copies: { 1: 'out' } }],
      ],
    ],
  ])('catches %s', (_name, steps) => {
    expect(findViolation(historyOf(steps), sequentialModel(initial))).toBeDefined();
  });

  it.each<[string, Step[]]>([
    [
      'a read of the earlier state while a rental is in progress',
      [
        [1, 9, rent(1), isLent],
        [2, 3, read, seen('in', 'in')],
        [4, 5, read, seen('out', 'in')],
      ],
    ],
    [
      'a rental without a response that was executed',
      [
        [1, Infinity, rent(1), undefined],
        [2, 3, read, seen('in', 'in')],
        [4, 5, rent(1), refusedFor(1)],
      ],
    ],
    [
      'a rental without a response that was not executed',
      [
        [1, Infinity, rent(1), undefined],
        [2, 3, rent(1), isLent],
      ],
    ],
    [
      'a decrease of stock while an earlier request increases it',
      [
        [1, 9, { do: 'stock', movieId: 1, stock: 2 }, { status: 200, copies: { 1: 'in', 3: 'in' } }],
        [2, 3, { do: 'stock', movieId: 1, stock: 1 }, { status: 200, copies: { 1: 'in' } }],
      ],
    ],
  ])('accepts %s', (_name, steps) => {
    expect(findViolation(historyOf(steps), sequentialModel(initial))).toBeUndefined();
  });

  it('agrees with an exhaustive search in 2,000 small histories of a register', async () => {
    await withSeed((random) => {
      const verdicts = { accepted: 0, caught: 0 };
      for (let round = 0; round < 2_000; round++) {
        const history = Array.from({ length: 1 + random.below(5) }, () => registerOperation(random));
        const isLinearizable = orders(history).some((order) => isOrder(order));
        expect({ history, isLinearizable: !findViolation(history, register) }).toEqual({ history, isLinearizable });
        verdicts[isLinearizable ? 'accepted' : 'caught']++;
      }
      expect(Math.min(verdicts.accepted, verdicts.caught)).toBeGreaterThan(200);
      return Promise.resolve();
    });
  });
});

/** A number that is set, or read if the request is null. */
const register: Model<number, number | null, number> = {
  initial: 0,
  next: (state, request, answer) => (request !== null ? request : answer === state ? state : undefined),
  isIdle: (request) => request === null,
  key: String,
};
type RegisterOperation = TimedOperation<number | null, number>;

function registerOperation(random: Random): RegisterOperation {
  const sentAt = random.below(10);
  const value = random.below(3);
  const isRead = random.below(2) === 0;
  return { sentAt, receivedAt: sentAt + 1 + random.below(5), request: isRead ? null : value, answer: value };
}

function orders<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) => orders(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

function isOrder(order: readonly RegisterOperation[]): boolean {
  let state: number | undefined = register.initial;
  for (const [index, { sentAt, request, answer }] of order.entries()) {
    if (order.slice(index + 1).some((later) => later.receivedAt < sentAt)) return false;
    state = register.next(state, request, answer);
    if (state === undefined) return false;
  }
  return true;
}
