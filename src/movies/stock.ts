import type { Movie } from './movie.entity.js';
import { StockTooHigh, StockTooLow } from './movies.errors.js';

/** The copies of one movie that can be in stock at once. */
export const largestStock = 10_000;

/**
 * Returns how many copies to retire so that `stock` are left. Only such as are in can be retired.
 * @throws StockTooLow
 */
export function surplus(movie: Movie, stock: number): number {
  const tooMany = Math.max(0, movie.stock - stock);
  if (movie.available < tooMany) throw new StockTooLow(stock, movie.stock, movie.available);
  return tooMany;
}

/** @throws StockTooHigh */
export function assertRoomFor(copies: number, movie: Movie): void {
  if (movie.stock + copies > largestStock) throw new StockTooHigh(largestStock);
}
