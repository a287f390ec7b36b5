import type { Clock } from '../../kernel/clock.js';
import { InvalidInput, type RuleCode } from '../../kernel/domain-error.js';
import type { MovieCopy } from '../../movies/movie-copy.entity.js';
import { StockTooHigh } from '../../movies/movies.errors.js';
import { maxStock } from '../../movies/stock.js';
import type { Shop } from '../../policy/shop.entity.js';
import type { MovieRent } from '../movie-rent.entity.js';
import { CheckOutRefused, CopyAlreadyRented, CopyNotInService, NoCopyAvailable } from '../rentals.errors.js';
import { checkLines } from './line-check.js';
import { type CheckOutRepositories, findCopies } from './ordered-copies.js';
import { liftedBy } from './override.js';
import type { RentOrder } from './rent-order.js';
import { checkClient, type CheckOutRefusal, refusal, type Taken, unknown } from './rules.js';
import { checkStock } from './stock-limit.js';

/** The result of checking an order by every rule. */
export interface OrderCheck {
  /** The time of the check, under the locks. */
  readonly now: Date;
  readonly policy: Shop;
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
 * Finds the copy for each line, and checks every rule for every line and for the client. The result is valid until the
 * unit of work ends: see `findCopies`.
 * @throws StaleLock
 */
export async function checkOrder(
  order: RentOrder,
  repositories: CheckOutRepositories,
  clock: Clock,
  correction?: Correction,
): Promise<OrderCheck> {
  const { clientId, lines, override } = order;
  const { borrower, copies, dueDates } = await findCopies(order, repositories, correction?.rent);
  const now = clock.now();
  const { added, removed } = correction ?? { added: lines.length, removed: 0 };
  const ofClient = borrower.client
    ? checkClient(borrower, { added, removed }, now)
    : [unknown(['clientId'], clientId, `Client ${clientId} not found.`)];
  const checked = checkLines(lines, copies, dueDates, correction?.rent);
  const chosen = checked.map(({ copy }) => copy);
  const ofOrder = lines.length === 0 ? [refusal(['details'], 'empty_basket', undefined, 'There is no line.')] : [];
  const refusals = [...ofClient, ...ofOrder, ...checked.flatMap((line) => line.refusals)];
  const lifted = liftedBy(override, refusals);
  const ofStock = await checkStock(lifted, chosen, repositories.copies);
  return {
    now,
    policy: borrower.shop,
    copies: chosen,
    refusals: [...refusals.filter((each) => !lifted.includes(each)), ...ofStock],
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

/** The refusals that make a request invalid. All others are conflicts with the state of the shop. */
const invalidOrder: ReadonlySet<RuleCode> = new Set(['unknown', 'duplicate_copy', 'empty_basket']);

/** Throws the error for the most severe refusal, with the list of all. */
function throwMostSevere(refusals: readonly CheckOutRefusal[]): void {
  if (refusals.length === 0) return;
  const subjectsOf = (code: RuleCode): number[] => [
    ...new Set(refusals.filter((each) => each.code === code).map(({ subject }) => subject!)),
  ];
  if (refusals.some(({ code }) => invalidOrder.has(code))) throw new InvalidInput(refusals);
  const rented = subjectsOf('copy_rented');
  if (rented.length > 0) throw new CopyAlreadyRented(rented, refusals);
  const notInService = subjectsOf('copy_not_in_service');
  if (notInService.length > 0) throw new CopyNotInService(notInService, refusals);
  const withoutCopy = subjectsOf('no_copy_available');
  if (withoutCopy.length > 0) throw new NoCopyAvailable(withoutCopy, refusals);
  if (refusals.some(({ code }) => code === 'stock_too_high')) throw new StockTooHigh(maxStock, refusals);
  throw new CheckOutRefused(refusals);
}
