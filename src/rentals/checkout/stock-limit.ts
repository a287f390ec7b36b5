import { type MovieCopy, outOfStock } from '../../movies/movie-copy.entity.js';
import type { MovieCopyRepository } from '../../movies/movie-copy.repository.js';
import { maxStock } from '../../movies/stock.js';
import { type CheckOutRefusal, refusal } from './rules.js';

/**
 * Checks the limit of the stock: an override brings back copies that did not count as stock. One refusal for each copy
 * beyond the limit, counting the copies before it.
 * @param lifted the refusals that the override has lifted
 */
export async function checkStock(
  lifted: readonly CheckOutRefusal[],
  chosen: readonly (MovieCopy | undefined)[],
  copies: MovieCopyRepository,
): Promise<CheckOutRefusal[]> {
  const brought = lifted.flatMap(({ code, subject, path }) => {
    const copy = code === 'copy_not_in_service' && chosen.find((each) => each?.id === subject);
    return copy && outOfStock.includes(copy.serviceState) ? [{ path, copy }] : [];
  });
  const stocks = await copies.countStock([...new Set(brought.map(({ copy }) => copy.movieId))]);
  return brought.flatMap(({ path, copy: { id, movieId } }) => {
    const stock = (stocks.get(movieId) ?? 0) + 1;
    stocks.set(movieId, stock);
    if (stock <= maxStock) return [];
    const detail = `Copy ${id} cannot be brought back: its movie has ${maxStock} copies in stock.`;
    return [refusal(path, 'stock_too_high', id, detail, { limit: maxStock })];
  });
}
