import { findLines, type LineName } from '../line-name.js';
import type { MovieRentDetail } from '../movie-rent.entity.js';
import type { Return } from './give-back.js';

/** A line to return. */
export interface ReturnOrder extends LineName {
  readonly isDamaged: boolean;
  readonly note?: string;
}

/**
 * Finds the lines of a rental that are to be returned.
 * @throws InvalidInput with every line that is not on the rental, or appears twice
 */
export const matchReturns = (order: readonly ReturnOrder[], details: readonly MovieRentDetail[]): Return[] =>
  findLines(order, details).map((line, index) => ({
    line,
    isDamaged: order[index]!.isDamaged,
    note: order[index]!.note,
  }));
