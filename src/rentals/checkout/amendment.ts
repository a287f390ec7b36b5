import { type Clock, latest, nowOrLatest, plausible } from '../../kernel/clock.js';
import type { MovieCopy } from '../../movies/movie-copy.entity.js';
import type { Change } from '../../platform/events/change.js';
import { frozenTerms } from '../../policy/terms.js';
import type { Lending, MovieRentDetailRepository } from '../movie-rent-detail.repository.js';
import { type MovieRent, type MovieRentDetail, termsOfLine } from '../movie-rent.entity.js';
import type { MovieRentRepository } from '../movie-rent.repository.js';
import { LineReturned, RentClosed, RentVoided } from '../rentals.errors.js';
import type { LineEndRepository } from '../returns/line-end.repository.js';
import { LineLost } from '../returns/returns.errors.js';
import { bringIntoService } from './lending.js';
import { matchLines } from './line-matching.js';
import { type Permission, permit } from './order-check.js';
import type { CheckOutRepositories } from './ordered-copies.js';
import { overrideEvents } from './override.js';
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
  const missing = rent.details.filter((line) => !line.isOpen && !wanted.some((each) => keeps(each, line)));
  const isSame = rent.details.length === wanted.length && order.clientId === rent.clientId;
  if (rent.isClosed && isSame && missing.length === 0) return undefined;
  if (rent.isClosed) throw new RentClosed();
  const returned = missing.filter(({ lostDatetime }) => !lostDatetime);
  if (returned.length > 0) throw new LineReturned(returned.map(({ id }) => id));
  if (missing.length > 0) throw new LineLost(missing.map(({ id }) => id));
  const correction = { rent, ...takenBy(order.clientId, wanted, rent) };
  return { wanted, permission: await permit({ ...order, lines: wanted }, repositories, clock, correction) };
}

const keeps = ({ id, movieCopyId }: OrderedLine, line: MovieRentDetail): boolean =>
  id === line.id && movieCopyId === line.movieCopyId;

/** Counts the copies that the client takes out by a change, and those that are removed from the client's open copies. */
function takenBy(clientId: number, wanted: readonly OrderedLine[], rent: MovieRent): Taken {
  const ended = rent.details.filter(({ isOpen }) => !isOpen).length;
  if (clientId !== rent.clientId) return { added: wanted.length - ended, removed: 0 };
  const kept = wanted.filter(({ id }) => id !== undefined).length;
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
  const { clientId } = order;
  await repositories.rents.update(rent.id, { clientId });
  const brought = await bringIntoService(permission, repositories.copies);

  const lines = permission.copies.map((copy, index): AmendedLine => {
    const { id } = wanted[index]!;
    return { copy, former: rent.details.find((line) => line.id === id) };
  });
  const changed = lines.filter(({ copy, former }) => former?.movieCopyId !== copy.id);
  const replaced = changed.filter(isReplaced);
  const added = changed.filter((line) => !isReplaced(line));
  await repositories.lines.deleteLines(rent.details.filter((line) => !lines.some(({ former }) => former === line)));
  // Ends the changed lines before it opens them again, because two lines may exchange their copies.
  await repositories.ends.return(
    replaced.map(({ former }) => former),
    permission.now,
  );
  const amended = { id: rent.id, clientId };
  await repositories.lines.replace(
    amended,
    replaced.map((line) => ({ id: line.former.id, ...amendedLending(line, rent, permission) })),
  );
  await repositories.lines.open(
    amended,
    added.map((line) => amendedLending(line, rent, permission)),
  );
  return [...overrideEvents(rent.id, order.override, permission), ...brought];
}

/** A line after the change, and before it; undefined for a new line. */
interface AmendedLine {
  readonly copy: MovieCopy;
  readonly former?: MovieRentDetail;
}

const isReplaced = (line: AmendedLine): line is Required<AmendedLine> => line.former !== undefined;

/** Returns the lending of a line that is new, or gets another copy. */
function amendedLending({ copy, former }: AmendedLine, rent: MovieRent, { policy, now }: Permission): Lending {
  const lentDatetime = amendedLentDatetime({ copy, former }, rent, now);
  // A renewed line keeps its due date, which no longer follows from the terms of a movie.
  return former?.renewals
    ? { copy, lentDatetime, terms: termsOfLine(former), renewals: former.renewals }
    : { copy, lentDatetime, terms: frozenTerms(copy.movie!, lentDatetime, policy) };
}

/** Another copy on an existing line is a correction and keeps the line's time, unless that copy was out at that time. */
function amendedLentDatetime({ copy, former }: AmendedLine, rent: MovieRent, now: Date): Date {
  if (!former) return nowOrLatest(now, copy.lastReturn, rent.creationDatetime);
  const recorded = plausible(now, [former.lentDatetime]);
  return recorded.length > 0
    ? latest(...recorded, ...plausible(now, [copy.lastReturn]))
    : nowOrLatest(now, copy.lastReturn);
}
