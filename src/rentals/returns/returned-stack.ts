import { identityKey } from '../../kernel/text.js';
import type { MovieCopy, ServiceState } from '../../movies/movie-copy.entity.js';
import type { MovieRentDetail } from '../movie-rent.entity.js';

/** A copy, named by its barcode or its id. */
export interface CopyName {
  readonly code?: string;
  readonly movieCopyId?: number;
}

export const returnOutcomes = ['returned', 'already_in', 'unknown'] as const;
export type ReturnOutcome = (typeof returnOutcomes)[number];

/** The outcome of one copy of a stack. */
export interface ReturnedCopy {
  readonly name: CopyName;
  readonly outcome: ReturnOutcome;
  /** The state of the copy now; undefined for an unknown one. */
  readonly serviceState?: ServiceState;
  /** The last loan of the copy, if it was ever lent. */
  readonly line?: MovieRentDetail;
}

/**
 * Returns the outcome of each copy, in the order of the names.
 * @param ended the lines that this request ended
 */
export function outcomesOf(
  names: readonly CopyName[],
  copies: readonly MovieCopy[],
  lines: readonly MovieRentDetail[],
  ended: ReadonlySet<MovieRentDetail>,
): ReturnedCopy[] {
  const left = new Set(ended);
  return names.map((name) => {
    const key = name.code === undefined ? undefined : identityKey(name.code);
    const copy = copies.find(({ id, codeKey }) => id === name.movieCopyId || codeKey === key);
    if (!copy) return { name, outcome: 'unknown' };
    const line = lines.find(({ movieCopyId }) => movieCopyId === copy.id);
    const outcome = line && left.delete(line) ? 'returned' : 'already_in';
    return { name, outcome, serviceState: (line?.movieCopy ?? copy).serviceState, line };
  });
}
