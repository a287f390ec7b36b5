import { type Clock, latest, nowOrLatest, plausible } from '../../kernel/clock.js';
import { type InputError, InvalidInput, type RuleCode } from '../../kernel/domain-error.js';
import { identityKey } from '../../kernel/text.js';
import type { MovieCopy } from '../../movies/movie-copy.entity.js';
import type { Change } from '../../platform/events/change.js';
import { frozenTerms } from '../../policy/terms.js';
import type { MovieRentDetailRepository } from '../movie-rent-detail.repository.js';
import { type MovieRent, type MovieRentDetail, termsOfLine } from '../movie-rent.entity.js';
import type { MovieRentRepository } from '../movie-rent.repository.js';
import { LineReturned, RentClosed, RentVoided } from '../rentals.errors.js';
import type { LineEndRepository } from '../returns/line-end.repository.js';
import { LineLost } from '../returns/returns.errors.js';
import { type CheckOutRepositories, type Permission, permit } from './order-check.js';
import { bringIntoService, overrideEvents } from './override.js';
import type { OrderedLine, RentOrder } from './rent-order.js';
import type { Taken } from './rules.js';

interface RentalRepositories extends CheckOutRepositories {
  readonly rents: MovieRentRepository;
  readonly lines: MovieRentDetailRepository;
  readonly ends: LineEndRepository;
}

/** A permitted change of a rental: the requested lines, and the copies for them. */
interface Amendment {
  readonly wanted: readonly OrderedLine[];
  readonly permission: Permission;
}

/**
 * Checks the changes that make a rental match `order`. Rules for the client are checked only if lines are added, or
 * the client changes.
 * @returns undefined if there is nothing to change
 * @throws RentVoided, InvalidInput, RentClosed, LineReturned, LineLost, and what `permit` throws
 */
export async function planAmendment(
  rent: MovieRent,
  order: RentOrder,
  repositories: CheckOutRepositories,
  clock: Clock,
): Promise<Amendment | undefined> {
  if (rent.voidedDatetime) throw new RentVoided(rent.id);
  const wanted = matchLines(order.lines, rent.details);
  const returned = rent.details.filter((detail) => !detail.isOpen);
  const untouched = returned.filter(({ id, movieCopyId }) =>
    wanted.some((line) => line.id === id && line.movieCopyId === movieCopyId),
  );
  const same = rent.details.length === wanted.length && order.clientId === rent.clientId;
  if (rent.isClosed && same && untouched.length === returned.length) return undefined;
  if (rent.isClosed) throw new RentClosed();
  const missing = returned.filter((detail) => !untouched.includes(detail));
  const [lost, back] = [true, false].map((isLost) =>
    missing.filter(({ lostDatetime }) => Boolean(lostDatetime) === isLost).map(({ id }) => id),
  );
  if (back!.length > 0) throw new LineReturned(back!);
  if (lost!.length > 0) throw new LineLost(lost!);
  const correction = { rent, ...takenBy(order.clientId, wanted, rent) };
  return { wanted, permission: await permit({ ...order, lines: wanted }, repositories, clock, correction) };
}

/** Counts the copies that the client takes out by a change, and those that are removed from the client's open copies. */
function takenBy(clientId: number, wanted: readonly OrderedLine[], rent: MovieRent): Taken {
  const isNew = ({ id }: OrderedLine): boolean => id === undefined;
  const returned = rent.details.filter((detail) => !detail.isOpen).length;
  if (clientId !== rent.clientId) return { added: wanted.length - returned, removed: 0 };
  const kept = wanted.filter((line) => !isNew(line)).length;
  return { added: wanted.length - kept, removed: rent.details.length - kept };
}

/**
 * Changes a rental as planned: deletes absent lines and adds new ones, lent now. Returned lines are not changed.
 * @returns the events of what the order has overridden
 * @throws LostRace
 */
export async function amend(
  rent: MovieRent,
  order: RentOrder,
  { wanted, permission }: Amendment,
  repositories: RentalRepositories,
): Promise<Change[]> {
  const { shop, now } = permission;
  const { clientId } = order;
  await repositories.rents.update(rent.id, { clientId });
  const brought = await bringIntoService(permission, repositories.copies);

  const lines = permission.copies.map((copy, index) => ({ id: wanted[index]!.id, movieCopyId: copy.id, copy }));
  const stays = ({ id, movieCopyId }: OrderedLine): boolean =>
    rent.details.some((detail) => detail.id === id && detail.movieCopyId === movieCopyId);
  const lineOf = ({ id }: OrderedLine): MovieRentDetail | undefined => rent.details.find((detail) => detail.id === id);
  const changed = lines.filter((line) => !stays(line));
  const lendings = changed.map((line) => {
    const lentDatetime = lentDatetimeOf(line, rent, now);
    const former = lineOf(line);
    // A renewed line keeps its due date, which no longer follows from the terms of a movie.
    return former?.renewals
      ? { ...line, lentDatetime, terms: termsOfLine(former), renewals: former.renewals }
      : { ...line, lentDatetime, terms: frozenTerms(line.copy.movie!, lentDatetime, shop) };
  });
  await repositories.lines.deleteLines(rent.details.filter(({ id }) => !lines.some((line) => line.id === id)));
  // Ends the changed lines before it opens them again, because two lines may exchange their copies.
  await repositories.ends.return(
    changed.flatMap((line) => lineOf(line) ?? []),
    now,
  );
  const amended = { id: rent.id, clientId };
  await repositories.lines.replace(amended, lendings.filter(hasId));
  await repositories.lines.open(
    amended,
    lendings.filter((line) => !hasId(line)),
  );
  return [...overrideEvents(rent.id, order.override, permission), ...brought];
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
 * copy of its movie that no other requested line names. A line that names the copy of an existing line by its code
 * gets the copy's id.
 * @throws InvalidInput
 */
function matchLines(order: readonly OrderedLine[], details: readonly MovieRentDetail[]): OrderedLine[] {
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
