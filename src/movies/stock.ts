import { type InputError, InvalidInput, type RuleCode } from '../kernel/domain-error.js';
import { identityKey } from '../kernel/text.js';
import { maxCopiesShown, type Movie } from './movie.entity.js';
import { StockTooHigh, StockTooLow } from './movies.errors.js';

/** The copies of one movie that can be in stock at once. */
export const maxStock = 10_000;

/** A copy of a movie as it was ordered: one that is there, by its id or code, or one to add. */
export interface StockedCopy {
  readonly id?: number;
  readonly code?: string;
}

/** The stock that a movie is to have: a number of copies, or the copies themselves. */
export interface StockOrder {
  readonly stock?: number;
  readonly copies?: readonly StockedCopy[];
}

/** The codes of copies to add; undefined for a copy that gets one. */
type Codes = readonly (string | undefined)[];

/**
 * Returns the codes of the copies of a new movie.
 * @throws InvalidInput
 */
export function codesOfNew({ stock, copies }: StockOrder): Codes {
  if (!copies) return withoutCodes(stock ?? 0);
  const errors = [...duplicates(copies), ...disagreement(stock, copies.length)];
  if (errors.length > 0) throw new InvalidInput(errors);
  return copies.map(({ code }) => code);
}

/**
 * Returns what makes the stock of a movie what was ordered: the codes of the copies to add, and how many to retire. A
 * list of copies names all that the movie is shown with, unchanged, and copies to add. A list of no others leaves the
 * number to `stock`, so that a movie can be written back with another.
 * @throws InvalidInput, StockTooLow, StockTooHigh
 */
export function stockChange(movie: Movie, { stock, copies = [] }: StockOrder): { codes: Codes; retired: number } {
  const existing = new Map<StockedCopy, number>();
  for (const copy of copies) {
    const there = movie.copies.find(({ id, codeKey }) =>
      copy.id === undefined ? copy.code !== undefined && codeKey === identityKey(copy.code) : id === copy.id,
    );
    if (there) existing.set(copy, there.id);
  }
  const added = copies.filter((copy) => !existing.has(copy));
  const errors = [...duplicates(copies), ...misfits(movie, copies, existing)];
  if (added.length > 0) errors.push(...disagreement(stock, movie.stock + added.length));
  if (errors.length > 0) throw new InvalidInput(errors);

  assertRoomFor(added.length, movie);
  const wanted = stock ?? movie.stock + added.length;
  const codes = added.length > 0 ? added.map(({ code }) => code) : withoutCodes(Math.max(0, wanted - movie.stock));
  return { codes, retired: surplus(movie, wanted) };
}

const withoutCodes = (count: number): Codes => Array<undefined>(count).fill(undefined);

/** Copies that the movie doesn't have, or has otherwise, and those of it that are left out. */
function misfits(
  movie: Movie,
  copies: readonly StockedCopy[],
  isThere: ReadonlyMap<StockedCopy, number>,
): InputError[] {
  const errors: InputError[] = [];
  for (const [index, copy] of copies.entries()) {
    const at = (member: string, code: RuleCode, detail: string): void =>
      void errors.push({ path: ['copies', index, member], code, detail });
    const there = movie.copies.find(({ id }) => id === isThere.get(copy));
    if (copy.id !== undefined && !there) at('id', 'unknown', `Copy ${copy.id} is not in the stock of this movie.`);
    if (there && copy.code !== undefined && identityKey(copy.code) !== there.codeKey) {
      at('code', 'read_only', `The code of copy ${there.id} is changed by a PATCH of the copy.`);
    }
  }
  const listed = new Set(isThere.values());
  const missing = movie.copies.slice(0, maxCopiesShown).filter(({ id }) => !listed.has(id));
  if (copies.length > 0 && missing.length > 0) {
    const detail =
      `Copies ${missing.map(({ id }) => id).join(', ')} are missing. To retire a copy, change its service_state; to ` +
      'set the number only, leave out copies.';
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
      return [{ path: ['copies', index, 'code'], code: 'duplicate_code', detail: `The code ${code} is there twice.` }];
    }
    seen.add(key);
    return [];
  });
}

function disagreement(stock: number | undefined, expected: number): InputError[] {
  if (stock === undefined || stock === expected) return [];
  const detail = `The stock of ${stock} disagrees with the copies, by which it is ${expected}.`;
  return [{ path: ['stock'], code: 'stock_disagrees', detail }];
}

/**
 * Returns how many copies to retire so that `stock` are left. Only such as are in can be retired.
 * @throws StockTooLow
 */
function surplus(movie: Movie, stock: number): number {
  const tooMany = Math.max(0, movie.stock - stock);
  if (movie.available < tooMany) throw new StockTooLow(stock, movie.stock, movie.available);
  return tooMany;
}

/** @throws StockTooHigh */
export function assertRoomFor(copies: number, movie: Movie): void {
  if (movie.stock + copies > maxStock) throw new StockTooHigh(maxStock);
}
