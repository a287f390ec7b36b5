import type { MovieCopy } from './movie-copy.entity.js';
import type { Movie } from './movie.entity.js';
import { StockTooHigh, StockTooLow } from './movies.errors.js';

/** The copies of one movie that can be in stock at once; they are shown with it, so there is an end to them. */
export const largestStock = 10_000;

/**
 * The copies to retire so that `stock` are left: only such as are in, the newest first.
 * @throws StockTooLow
 */
export function surplus(movie: Movie, stock: number): MovieCopy[] {
  const tooMany = Math.max(0, movie.stock - stock);
  const retirable = movie.copies.filter((copy) => copy.isAvailable);
  if (retirable.length < tooMany) throw new StockTooLow(stock, movie.stock, retirable.length);
  return retirable.slice(retirable.length - tooMany);
}

/** @throws StockTooHigh */
export function assertRoomFor(copies: number, movie: Movie): void {
  if (movie.stock + copies > largestStock) throw new StockTooHigh(largestStock);
}
