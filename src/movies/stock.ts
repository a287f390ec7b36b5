import { type InputError, InvalidInput, type RuleCode } from '../kernel/domain-error.js';
import { identityKey } from '../kernel/text.js';
import { maxCopiesShown, type StockedMovie, stockOf } from './movie-copy.entity.js';
import { StockTooHigh, StockTooLow } from './movies.errors.js';

/** Maximum copies in stock of one movie. */
export const maxStock = 10_000;

/** A requested copy of a movie: an existing one, by its id or code, or one to add. */
export interface StockedCopy {
  readonly id?: number;
  readonly code?: string;
}

/** The requested stock of a movie: a number of copies, or the copies themselves. */
export interface StockOrder {
  readonly stock?: number;
  readonly copies?: readonly StockedCopy[];
}

/** The codes of copies to add; undefined to generate one. */
type Codes = readonly (string | undefined)[];

/**
 * Returns the codes of a new movie's copies.
 * @throws InvalidInput
 */
export function codesOfNew({ stock, copies }: StockOrder): Codes {
  if (!copies) return withoutCodes(stock ?? 0);
  const errors = [...duplicates(copies), ...disagreement(stock, copies.length)];
  if (errors.length > 0) throw new InvalidInput(errors);
  return copies.map(({ code }) => code);
}

/**
 * Returns the change that leads to the requested stock: the codes of the copies to add, and the number to retire. A
 * list of copies must contain all copies of the movie's representation, unchanged, and copies to add. If it adds none,
 * `stock` determines the number, so that a client can send a movie back with another stock.
 * @throws InvalidInput, StockTooLow, StockTooHigh
 */
export function stockChange(
  movie: StockedMovie,
  { stock, copies = [] }: StockOrder,
): { codes: Codes; retired: number } {
  const existing = new Map<StockedCopy, number>();
  for (const copy of copies) {
    const found = movie.copies.find(({ id, codeKey }) =>
      copy.id === undefined ? copy.code !== undefined && codeKey === identityKey(copy.code) : id === copy.id,
    );
    if (found) existing.set(copy, found.id);
  }
  const added = copies.filter((copy) => !existing.has(copy));
  const current = stockOf(movie).stock;
  const errors = [...duplicates(copies), ...mismatches(movie, copies, existing)];
  if (added.length > 0) errors.push(...disagreement(stock, current + added.length));
  if (errors.length > 0) throw new InvalidInput(errors);

  assertRoomFor(added.length, movie);
  const wanted = stock ?? current + added.length;
  const codes = added.length > 0 ? added.map(({ code }) => code) : withoutCodes(Math.max(0, wanted - current));
  return { codes, retired: surplus(movie, wanted) };
}

const withoutCodes = (count: number): Codes => Array<undefined>(count).fill(undefined);

/** Returns errors for copies that are unknown, changed or missing. */
function mismatches(
  movie: StockedMovie,
  copies: readonly StockedCopy[],
  existing: ReadonlyMap<StockedCopy, number>,
): InputError[] {
  const errors: InputError[] = [];
  for (const [index, copy] of copies.entries()) {
    const at = (member: string, code: RuleCode, detail: string): void =>
      void errors.push({ path: ['copies', index, member], code, detail });
    const found = movie.copies.find(({ id }) => id === existing.get(copy));
    if (copy.id !== undefined && !found) at('id', 'unknown', `Copy ${copy.id} is not in the stock of this movie.`);
    if (found && copy.code !== undefined && identityKey(copy.code) !== found.codeKey) {
      at(
        'code',
        'read_only',
        `The code of copy ${found.id} is read-only here. Change it with PATCH /movie_copies/${found.id}.`,
      );
    }
  }
  const listed = new Set(existing.values());
  const missing = movie.copies.slice(0, maxCopiesShown).filter(({ id }) => !listed.has(id));
  if (copies.length > 0 && missing.length > 0) {
    const detail =
      `Copies ${missing.map(({ id }) => id).join(', ')} are missing. To retire a copy, change its service_state; to ` +
      'change only the number, leave out copies.';
    errors.push({ path: ['copies'], code: 'copies_missing', detail });
  }
  return errors;
}

function duplicates(copies: readonly StockedCopy[]): InputError[] {
  const seen = new Set<string>();
  return copies.flatMap(({ code }, index) => {
    const key = code === undefined ? undefined : identityKey(code);
    if (key === undefined) return [];
    if (seen.has(key)) {
      return [{ path: ['copies', index, 'code'], code: 'duplicate_code', detail: `The code ${code} appears twice.` }];
    }
    seen.add(key);
    return [];
  });
}

function disagreement(stock: number | undefined, expected: number): InputError[] {
  if (stock === undefined || stock === expected) return [];
  const detail = `The stock of ${stock} disagrees with the copies, which make it ${expected}.`;
  return [{ path: ['stock'], code: 'stock_disagrees', detail }];
}

/**
 * Returns how many copies to retire to reach the wanted stock. Copies that are out cannot be retired.
 * @throws StockTooLow
 */
function surplus(movie: StockedMovie, wanted: number): number {
  const { stock, available } = stockOf(movie);
  const tooMany = Math.max(0, stock - wanted);
  if (available < tooMany) throw new StockTooLow(wanted, stock, available);
  return tooMany;
}

/**
 * Keeps the limit for copies that a clerk adds or brings back. The return of a lost copy is not refused, so that the
 * stock can exceed the limit; then it can only be lowered.
 * @throws StockTooHigh
 */
export function assertRoomFor(copies: number, movie: StockedMovie): void {
  if (copies > 0 && stockOf(movie).stock + copies > maxStock) throw new StockTooHigh(maxStock);
}
