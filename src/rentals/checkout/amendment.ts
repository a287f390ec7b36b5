import { latest, nowOrLatest, plausible } from '../../kernel/clock.js';
import { type InputError, InvalidInput, type RuleCode } from '../../kernel/domain-error.js';
import type { MovieCopy } from '../../movies/movie-copy.entity.js';
import { frozenTerms } from '../../policy/terms.js';
import { type BasketRepositories, fillBasket, type OrderedLine, type RentOrder } from './basket.js';
import type { MovieRentDetailRepository } from '../movie-rent-detail.repository.js';
import type { MovieRent, MovieRentDetail } from '../movie-rent.entity.js';
import type { MovieRentRepository } from '../movie-rent.repository.js';
import { LineReturned, RentClosed } from '../rentals.errors.js';

interface RentalRepositories extends BasketRepositories {
  readonly rents: MovieRentRepository;
  readonly lines: MovieRentDetailRepository;
}

/**
 * Changes a rental to match `order`: deletes absent lines and adds new ones, lent `now`. Returned lines are not
 * changed.
 * @throws InvalidInput, RentClosed, LineReturned, and what filling a basket throws
 */
export async function amend(
  rent: MovieRent,
  order: RentOrder,
  repositories: RentalRepositories,
  now: Date,
): Promise<void> {
  const wanted = matchLines(order.lines, rent.details);
  const returned = rent.details.filter((detail) => !detail.isOpen);
  const untouched = returned.filter(({ id, movieCopyId }) =>
    wanted.some((line) => line.id === id && line.movieCopyId === movieCopyId),
  );
  const same = rent.details.length === wanted.length && order.clientId === rent.clientId;
  if (rent.isClosed && same && untouched.length === returned.length) return;
  if (rent.isClosed) throw new RentClosed();
  if (untouched.length < returned.length) {
    throw new LineReturned(returned.filter((detail) => !untouched.includes(detail)).map(({ id }) => id));
  }

  const mine = new Set(rent.details.map(({ movieCopyId }) => movieCopyId));
  const { copies: chosen, shop } = await fillBasket({ clientId: order.clientId, lines: wanted }, repositories, mine);
  await repositories.rents.update(rent.id, { clientId: order.clientId });

  const lines = chosen.map((copy, index) => ({ id: wanted[index]!.id, movieCopyId: copy.id, copy }));
  const stays = ({ id, movieCopyId }: OrderedLine): boolean =>
    rent.details.some((detail) => detail.id === id && detail.movieCopyId === movieCopyId);
  const kept = new Set(lines.filter(stays).map(({ id }) => id));
  // Deletes the changed lines before it inserts them again, because two lines may swap their copies.
  await repositories.lines.deleteLines(rent.details.filter(({ id }) => !kept.has(id)));
  const changed = lines.filter((line) => !stays(line));
  const lendings = changed.map((line) => {
    const lentDatetime = lentDatetimeOf(line, rent, now);
    return { ...line, lentDatetime, terms: frozenTerms(line.copy.movie!, lentDatetime, shop) };
  });
  await repositories.lines.reopen(rent.id, lendings.filter(hasId));
  await repositories.lines.open(
    rent.id,
    lendings.filter((line) => !hasId(line)),
  );
}

/**
 * Returns the lending time of a changed line. Another copy on an existing line is a correction and keeps the line's
 * time, unless that copy was out at that time.
 */
function lentDatetimeOf({ id, copy }: OrderedLine & { copy: MovieCopy }, rent: MovieRent, now: Date): Date {
  const corrected = rent.details.find((detail) => detail.id === id);
  if (!corrected) return nowOrLatest(now, copy.lastReturn, rent.creationDatetime);
  const recorded = plausible(now, [corrected.lentDatetime]);
  return recorded.length > 0
    ? latest(...recorded, ...plausible(now, [copy.lastReturn]))
    : nowOrLatest(now, copy.lastReturn);
}

/** Whether a line existed before the change. */
const hasId = <Line extends OrderedLine>(line: Line): line is Line & { id: number } => line.id !== undefined;

/**
 * Matches each requested line to an existing one: by id, else the open line with its copy, else an open line with a
 * copy of its movie that no other requested line names.
 * @throws InvalidInput
 */
function matchLines(order: readonly OrderedLine[], details: readonly MovieRentDetail[]): OrderedLine[] {
  const errors = order.flatMap((line, index) => lineIdErrors(line, index, order, details));
  if (errors.length > 0) throw new InvalidInput(errors);

  const named = new Set(order.flatMap(({ movieCopyId }) => movieCopyId ?? []));
  const claimed = new Set(order.flatMap(({ id }) => id ?? []));
  const isAnyOf = (movieId: number | undefined, { movieCopy, movieCopyId }: MovieRentDetail): boolean =>
    movieId === movieCopy!.movieId && !named.has(movieCopyId);

  return order.map((line) => {
    const { id, movieCopyId, movieId } = line;
    const there = details.find((detail) =>
      id === undefined
        ? detail.isOpen && !claimed.has(detail.id) && (movieCopyId === detail.movieCopyId || isAnyOf(movieId, detail))
        : id === detail.id,
    );
    if (!there) return line;
    claimed.add(there.id);
    return isAnyOf(movieId, there) ? { id: there.id, movieCopyId: there.movieCopyId } : { ...line, id: there.id };
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
