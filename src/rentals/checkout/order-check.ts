import type { Clock } from '../../kernel/clock.js';
import { InvalidInput, type RuleCode } from '../../kernel/domain-error.js';
import { groupBy } from '../../kernel/group-by.js';
import { inOrder } from '../../kernel/in-order.js';
import { identityKey } from '../../kernel/text.js';
import type { MovieCopy } from '../../movies/movie-copy.entity.js';
import type { MovieCopyRepository } from '../../movies/movie-copy.repository.js';
import type { MovieRepository } from '../../movies/movie.repository.js';
import { StockTooHigh } from '../../movies/movies.errors.js';
import { maxStock } from '../../movies/stock.js';
import { assertLocked } from '../../platform/database/queries/row-lock.js';
import type { Shop } from '../../policy/shop.entity.js';
import type { MovieRent } from '../movie-rent.entity.js';
import { CheckOutRefused, CopyAlreadyRented, CopyNotInService, NoCopyAvailable } from '../rentals.errors.js';
import type { BorrowerRepository } from './borrower.repository.js';
import type { OrderedLine, RentOrder } from './rent-order.js';
import { checkClient, checkCopy, type CheckOutRefusal, refusal, type Taken } from './rules.js';
import { checkStock } from './stock-limit.js';

export interface CheckOutRepositories {
  readonly borrowers: BorrowerRepository;
  readonly movies: MovieRepository;
  readonly copies: MovieCopyRepository;
}

/** The result of checking an order by every rule. */
export interface OrderCheck {
  /** The time of the check, under the locks. */
  readonly now: Date;
  readonly shop: Shop;
  /** The copy of each line, in the order of the lines; undefined if none was found. */
  readonly copies: readonly (MovieCopy | undefined)[];
  readonly refusals: readonly CheckOutRefusal[];
  /** The refusals that the order's override has lifted. */
  readonly lifted: readonly CheckOutRefusal[];
}

/** A check without refusals, and so with a copy for each line. */
export interface Permission extends OrderCheck {
  readonly copies: readonly MovieCopy[];
}

/** An order that corrects a rental, and the number of copies that the client takes out by it. */
export interface Correction extends Taken {
  readonly rent: MovieRent;
}

/**
 * Finds the copy for each line, and checks every rule for every line and for the client. Locks the client, if a limit
 * applies, and the copies, so that the result is valid until the unit of work ends.
 * @throws StaleLock
 */
export async function checkOrder(
  order: RentOrder,
  { borrowers, movies, copies }: CheckOutRepositories,
  clock: Clock,
  correction?: Correction,
): Promise<OrderCheck> {
  const { clientId, lines } = order;
  const codes = lines.flatMap(({ code }) => code ?? []);
  const coded = codes.length > 0 ? await copies.findNamed([], codes) : [];
  const idsByCode = new Map(coded.map(({ codeKey, id }) => [codeKey, id]));
  const byMovie = groupBy(
    lines.flatMap(({ movieId }) => movieId ?? []),
    (movieId) => movieId,
  );
  const wanted = new Map([...byMovie].map(([movieId, ordered]) => [movieId, ordered.length]));
  const named = [...lines.flatMap(({ movieCopyId }) => movieCopyId ?? []), ...idsByCode.values()];
  const mine = correction?.rent.details.map(({ movieCopy }) => movieCopy!) ?? [];
  // One round trip: the last statement reads under the locks of the previous ones.
  const [borrower, locked, lendable] = await inOrder(
    borrowers.getForUpdate(clientId),
    copies.lockMovies([...wanted.keys()], [...named, ...mine.map(({ id }) => id)]),
    copies.findLendable(named, wanted),
  );
  assertLocked(
    locked,
    [...lendable, ...mine].map(({ movieId }) => movieId),
  );
  const found = new Map(lendable.map((copy) => [copy.id, copy]));
  const isNamed = new Set(named);
  const free = groupBy(
    [...found.values()].filter(({ id }) => !isNamed.has(id)),
    ({ movieId }) => movieId,
  );
  const short = [...wanted].filter(([movieId, count]) => (free.get(movieId)?.length ?? 0) < count);
  const dueDates = await movies.findDueDates(short.map(([movieId]) => movieId));

  const now = clock.now();
  const { added, removed } = correction ?? { added: lines.length, removed: 0 };
  const refusals: CheckOutRefusal[] = borrower.client
    ? checkClient(borrower, { added, removed }, now)
    : [unknown(['clientId'], clientId, `Client ${clientId} not found.`)];
  const chosen: (MovieCopy | undefined)[] = [];
  const taken = new Set<MovieCopy>();
  for (const [index, line] of lines.entries()) {
    const { movieCopyId, movieId, code } = line;
    if (movieId !== undefined) {
      const copy = free.get(movieId)?.shift();
      chosen.push(copy);
      if (!copy) refusals.push(noCopy(index, movieId, dueDates));
      continue;
    }
    const path = ['details', index, code === undefined ? 'movieCopyId' : 'code'];
    const copy = movieCopyId === undefined ? copyOfCode(code!, idsByCode, found) : found.get(movieCopyId);
    chosen.push(copy);
    if (!copy) {
      const name = code === undefined ? `Movie copy ${movieCopyId}` : `A copy with the code ${code}`;
      refusals.push(unknown(path, movieCopyId, `${name} not found.`));
      continue;
    }
    if (taken.has(copy)) refusals.push(refusal(path, 'duplicate_copy', copy.id, `Copy ${copy.id} appears twice.`));
    if (!isKept(line, copy, correction?.rent)) refusals.push(...checkCopy(copy, path));
    taken.add(copy);
  }
  const isLifted = ({ code }: CheckOutRefusal): boolean =>
    (order.override?.rules as readonly RuleCode[])?.includes(code) ?? false;
  const lifted = refusals.filter(isLifted);
  return {
    now,
    shop: borrower.shop,
    copies: chosen,
    refusals: [...refusals.filter((each) => !isLifted(each)), ...(await checkStock(lifted, chosen, copies))],
    lifted,
  };
}

/**
 * Finds the copy for each line, or refuses the order.
 * @throws InvalidInput, CopyAlreadyRented, CopyNotInService, NoCopyAvailable, StockTooHigh, CheckOutRefused, with all
 * refusals
 */
export async function permit(...order: Parameters<typeof checkOrder>): Promise<Permission> {
  const check = await checkOrder(...order);
  throwMostSevere(check.refusals);
  return check as Permission;
}

/** The code may have been given to another copy before the copy was locked. */
function copyOfCode(
  code: string,
  idsByCode: ReadonlyMap<string, number>,
  found: ReadonlyMap<number, MovieCopy>,
): MovieCopy | undefined {
  const key = identityKey(code);
  const copy = found.get(idsByCode.get(key) ?? 0);
  return copy?.codeKey === key ? copy : undefined;
}

/** Whether a copy stays on its line, or is out on another line of the same rental. */
function isKept({ id }: OrderedLine, copy: MovieCopy, rent: MovieRent | undefined): boolean {
  if (!rent) return false;
  return copy.openRent?.id === rent.id || rent.details.some((line) => line.id === id && line.movieCopyId === copy.id);
}

function noCopy(index: number, movieId: number, dueDates: ReadonlyMap<number, string | null>): CheckOutRefusal {
  const path = ['details', index, 'movieId'];
  const dueOn = dueDates.get(movieId);
  if (dueOn === undefined) return unknown(path, movieId, `Movie ${movieId} not found.`);
  return refusal(path, 'no_copy_available', movieId, `No copy of movie ${movieId} is available.`, { dueOn });
}

const unknown = (path: CheckOutRefusal['path'], subject: number | undefined, detail: string): CheckOutRefusal =>
  refusal(path, 'unknown', subject, detail);

/** Throws the error for the most severe refusal, with the list of all. */
function throwMostSevere(refusals: readonly CheckOutRefusal[]): void {
  if (refusals.length === 0) return;
  const subjectsOf = (code: RuleCode): number[] => [
    ...new Set(refusals.filter((each) => each.code === code).map(({ subject }) => subject!)),
  ];
  if (refusals.some(({ code }) => code === 'unknown' || code === 'duplicate_copy')) throw new InvalidInput(refusals);
  const [rented, notInService, noCopy] = (['copy_rented', 'copy_not_in_service', 'no_copy_available'] as const).map(
    subjectsOf,
  );
  if (rented!.length > 0) throw new CopyAlreadyRented(rented!, refusals);
  if (notInService!.length > 0) throw new CopyNotInService(notInService!, refusals);
  if (noCopy!.length > 0) throw new NoCopyAvailable(noCopy!, refusals);
  if (refusals.some(({ code }) => code === 'stock_too_high')) throw new StockTooHigh(maxStock, refusals);
  throw new CheckOutRefused(refusals);
}
