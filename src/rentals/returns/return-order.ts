import { type InputError, InvalidInput } from '../../kernel/domain-error.js';
import { identityKey } from '../../kernel/text.js';
import type { MovieRentDetail } from '../movie-rent.entity.js';
import type { Return } from './give-back.js';

/** A line to return, named by its id, its copy or its copy's barcode. */
export interface ReturnOrder {
  readonly id?: number;
  readonly movieCopyId?: number;
  readonly code?: string;
  readonly isDamaged: boolean;
  readonly note?: string;
}

/**
 * Finds the lines of a rental that are to be returned.
 * @throws InvalidInput with every line that is not on the rental, or appears twice
 */
export function matchReturns(order: readonly ReturnOrder[], details: readonly MovieRentDetail[]): Return[] {
  const errors: InputError[] = [];
  const matched = new Map<MovieRentDetail, Return>();
  for (const [index, { isDamaged, note, ...name }] of order.entries()) {
    const line = lineOf(name, details);
    const path = ['details', index, name.id !== undefined ? 'id' : name.code !== undefined ? 'code' : 'movieCopyId'];
    if (!line) errors.push({ path, code: 'unknown', detail: `${describe(name)} is not on this rental.` });
    else if (matched.has(line))
      errors.push({ path, code: 'duplicate_line', detail: `${describe(name)} appears twice.` });
    else matched.set(line, { line, isDamaged, note });
  }
  if (errors.length > 0) throw new InvalidInput(errors);
  return [...matched.values()];
}

type LineName = Pick<ReturnOrder, 'id' | 'movieCopyId' | 'code'>;

function lineOf({ id, movieCopyId, code }: LineName, details: readonly MovieRentDetail[]): MovieRentDetail | undefined {
  const codeKey = code === undefined ? undefined : identityKey(code);
  return details.find(
    (line) => line.id === id || line.movieCopyId === movieCopyId || line.movieCopy!.codeKey === codeKey,
  );
}

const describe = ({ id, movieCopyId, code }: LineName): string =>
  id !== undefined ? `Line ${id}` : code !== undefined ? `The copy with the code ${code}` : `Copy ${movieCopyId}`;
