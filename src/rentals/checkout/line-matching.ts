import { type InputError, InvalidInput, type RuleCode } from '../../kernel/domain-error.js';
import { identityKey } from '../../kernel/text.js';
import type { MovieRentDetail } from '../movie-rent.entity.js';
import type { OrderedLine } from './rent-order.js';

/**
 * Matches each requested line to an existing one: by id, else the open line with its copy, else an open line with a
 * copy of its movie that no other requested line names. A line that names the copy of an existing line by its code
 * gets the copy's id.
 * @throws InvalidInput
 */
export function matchLines(order: readonly OrderedLine[], details: readonly MovieRentDetail[]): OrderedLine[] {
  const errors = order.flatMap((line, index) => lineIdErrors(line, index, order, details));
  if (errors.length > 0) throw new InvalidInput(errors);

  const keys = order.map(({ code }) => (code === undefined ? undefined : identityKey(code)));
  const isNamed = ({ movieCopyId, movieCopy }: MovieRentDetail): boolean =>
    order.some((line) => line.movieCopyId === movieCopyId) || keys.includes(movieCopy!.codeKey);
  const claimed = new Set(order.flatMap(({ id }) => id ?? []));

  return order.map((line, index) => {
    const names = (detail: MovieRentDetail): boolean =>
      line.movieCopyId === detail.movieCopyId || keys[index] === detail.movieCopy!.codeKey;
    const isAnyOf = (detail: MovieRentDetail): boolean =>
      line.movieId === detail.movieCopy!.movieId && !isNamed(detail);
    const there = details.find((detail) =>
      line.id === undefined
        ? detail.isOpen && !claimed.has(detail.id) && (names(detail) || isAnyOf(detail))
        : line.id === detail.id,
    );
    if (!there) return line;
    claimed.add(there.id);
    return names(there) || isAnyOf(there)
      ? { ...line, id: there.id, movieCopyId: there.movieCopyId, movieId: undefined }
      : { ...line, id: there.id };
  });
}

function lineIdErrors(
  { id }: OrderedLine,
  index: number,
  order: readonly OrderedLine[],
  details: readonly MovieRentDetail[],
): InputError[] {
  if (id === undefined) return [];
  const at = (code: RuleCode, detail: string): InputError[] => [{ path: ['details', index, 'id'], code, detail }];
  if (!details.some((detail) => detail.id === id)) return at('unknown', `Line ${id} does not belong to this rental.`);
  const first = order.findIndex((line) => line.id === id);
  return first < index ? at('duplicate_line', `Line ${id} appears twice.`) : [];
}
