import { type InputError, InvalidInput } from '../kernel/domain-error.js';
import { identityKey } from '../kernel/text.js';
import type { MovieRentDetail } from './movie-rent.entity.js';

/** Names a line of a rental by its id, its copy or its copy's barcode. */
export interface LineName {
  readonly id?: number;
  readonly movieCopyId?: number;
  readonly code?: string;
}

/**
 * Finds the lines of a rental that are named, in the order of the names.
 * @throws InvalidInput with every line that is not on the rental, or appears twice
 */
export function findLines(names: readonly LineName[], details: readonly MovieRentDetail[]): MovieRentDetail[] {
  const errors: InputError[] = [];
  const found = new Set<MovieRentDetail>();
  for (const [index, name] of names.entries()) {
    const line = lineOf(name, details);
    const path = pathOf(index, name);
    if (!line) errors.push({ path, code: 'unknown', detail: `${describe(name)} is not on this rental.` });
    else if (found.has(line)) errors.push({ path, code: 'duplicate_line', detail: `${describe(name)} appears twice.` });
    else found.add(line);
  }
  if (errors.length > 0) throw new InvalidInput(errors);
  return [...found];
}

/** Returns the path of the member that names a line. */
export const pathOf = (index: number, { id, code }: LineName): InputError['path'] => [
  'details',
  index,
  id !== undefined ? 'id' : code !== undefined ? 'code' : 'movieCopyId',
];

function lineOf({ id, movieCopyId, code }: LineName, details: readonly MovieRentDetail[]): MovieRentDetail | undefined {
  const codeKey = code === undefined ? undefined : identityKey(code);
  return details.find(
    (line) => line.id === id || line.movieCopyId === movieCopyId || line.movieCopy!.codeKey === codeKey,
  );
}

const describe = ({ id, movieCopyId, code }: LineName): string =>
  id !== undefined ? `Line ${id}` : code !== undefined ? `The copy with the code ${code}` : `Copy ${movieCopyId}`;
