import type { CalendarDate } from '../../kernel/calendar.js';
import type { MovieCopy } from '../../movies/movie-copy.entity.js';
import type { MovieRent } from '../movie-rent.entity.js';
import type { OrderedCopies } from './ordered-copies.js';
import type { OrderedLine } from './rent-order.js';
import { checkCopy, type CheckOutRefusal, refusal, unknown } from './rules.js';

/** The copy of a line, if one was found, and its refusals. */
interface CheckedLine {
  readonly copy?: MovieCopy;
  readonly refusals: readonly CheckOutRefusal[];
}

/**
 * Chooses the copy of each line, and checks the rules for copies.
 * @param rent the rental that the order corrects
 */
export function checkLines(
  lines: readonly OrderedLine[],
  copies: OrderedCopies,
  dueDates: ReadonlyMap<number, CalendarDate | null>,
  rent: MovieRent | undefined,
): CheckedLine[] {
  const named = new Set<MovieCopy>();
  return lines.map((line, index) => {
    if (line.movieId !== undefined) return chooseCopy(index, line.movieId, copies, dueDates);
    const checked = checkNamed(line, index, copies, named, rent);
    if (checked.copy) named.add(checked.copy);
    return checked;
  });
}

/** Chooses any free copy of a movie. */
function chooseCopy(
  index: number,
  movieId: number,
  copies: OrderedCopies,
  dueDates: ReadonlyMap<number, CalendarDate | null>,
): CheckedLine {
  const copy = copies.takeFree(movieId);
  if (copy) return { copy, refusals: [] };
  const path = ['details', index, 'movieId'];
  const dueOn = dueDates.get(movieId);
  const refused =
    dueOn === undefined
      ? unknown(path, movieId, `Movie ${movieId} not found.`)
      : refusal(path, 'no_copy_available', movieId, `No copy of movie ${movieId} is available.`, { dueOn });
  return { refusals: [refused] };
}

/** @param named the copies that earlier lines name */
function checkNamed(
  line: OrderedLine,
  index: number,
  copies: OrderedCopies,
  named: ReadonlySet<MovieCopy>,
  rent: MovieRent | undefined,
): CheckedLine {
  const { movieCopyId, code } = line;
  const path = ['details', index, code === undefined ? 'movieCopyId' : 'code'];
  const copy = copies.find(line);
  if (!copy) {
    const name = code === undefined ? `Movie copy ${movieCopyId}` : `A copy with the code ${code}`;
    return { refusals: [unknown(path, movieCopyId, `${name} not found.`)] };
  }
  const duplicate = refusal(path, 'duplicate_copy', copy.id, `Copy ${copy.id} appears twice.`);
  return {
    copy,
    refusals: [...(named.has(copy) ? [duplicate] : []), ...(isKept(line, copy, rent) ? [] : checkCopy(copy, path))],
  };
}

/** Whether a copy stays on its line, or is out on another line of the same rental. */
function isKept({ id }: OrderedLine, copy: MovieCopy, rent: MovieRent | undefined): boolean {
  if (!rent) return false;
  return copy.openRent?.id === rent.id || rent.details.some((line) => line.id === id && line.movieCopyId === copy.id);
}
