import type { MovieCopyRepository } from '../../movies/movie-copy.repository.js';
import type { ServiceState } from '../../movies/movie-copy.entity.js';
import type { Caller } from '../../kernel/command.js';
import type { EventRepository } from '../../platform/events/event.repository.js';
import type { MovieRentDetail } from '../movie-rent.entity.js';
import { changeOfLine } from '../rental-events.js';
import type { LineEndRepository } from './line-end.repository.js';
import { CopyLentSince } from './returns.errors.js';

/** A line to return, with the condition of its copy and a note. */
export interface Return {
  readonly line: MovieRentDetail;
  readonly isDamaged?: boolean;
  readonly note?: string;
}

export interface ReturnRepositories {
  readonly copies: MovieCopyRepository;
  readonly lines: LineEndRepository;
  readonly events: EventRepository;
}

/**
 * Returns lines. Their rentals and the movies of their copies are locked. A line that was returned before keeps its time;
 * newly found damage sends its copy to maintenance, as long as the copy was not lent since. Damage is reported
 * once: a repeated report changes nothing, even if the copy was repaired or lent since.
 * @returns the lines that ended
 * @throws CopyLentSince
 */
export async function giveBack(
  returns: readonly Return[],
  { copies, lines, events }: ReturnRepositories,
  now: Date,
  caller: Caller,
): Promise<ReadonlySet<MovieRentDetail>> {
  const unclear = returns.filter(({ line, isDamaged }) => !line.isOpen && (isDamaged || line.lostDatetime));
  const last = new Map(
    (await lines.findLastOf(unclear.map(({ line }) => line.movieCopyId))).map((each) => [each.movieCopyId, each]),
  );
  const reported = await reportedDamage(unclear, events);
  const effects = returns.map((each) => effectOf(each, last.get(each.line.movieCopyId), reported.has(each.line)));

  const ended = effects.filter(({ isEnded }) => isEnded).map(({ line }) => line);
  await lines.return(ended, now);
  for (const state of ['in_service', 'maintenance'] as const) {
    const moved = effects.filter(({ serviceState }) => serviceState === state).map(({ line }) => line.movieCopy!);
    await copies.setServiceState(moved, state);
  }
  events.record(
    caller,
    ...effects.flatMap(({ line, type, changes }) => (type ? [changeOfLine(type, now, line, changes)] : [])),
  );
  return new Set(ended);
}

/** Returns the lines whose damage was recorded when they ended or since. A line that is opened again has an event. */
async function reportedDamage(
  returns: readonly Return[],
  events: EventRepository,
): Promise<ReadonlySet<MovieRentDetail>> {
  const lines = returns.filter(({ isDamaged }) => isDamaged).map(({ line }) => line);
  const latest = await events.latestOf(
    'movie_rent_details',
    lines.map(({ id }) => id),
  );
  return new Set(lines.filter(({ id }) => latest.get(id)?.changes['condition'] === 'damaged'));
}

interface ReturnEffect {
  readonly line: MovieRentDetail;
  /** Whether the line ends now. */
  readonly isEnded: boolean;
  /** The state that the copy gets, if it changes. */
  readonly serviceState?: ServiceState;
  /** The event to record, if any. */
  readonly type?: string;
  readonly changes: Readonly<Record<string, unknown>>;
}

/**
 * @param last the last loan of the copy, for lines that have ended
 * @param isReported whether damage of the line is recorded
 */
function effectOf(
  { line, isDamaged = false, note }: Return,
  last: MovieRentDetail | undefined,
  isReported: boolean,
): ReturnEffect {
  const { serviceState: state } = last?.movieCopy ?? line.movieCopy!;
  const isLast = last?.id === line.id;
  const isFound = line.lostDatetime !== null && isLast && state === 'lost';
  const isEnded = line.isOpen || isFound;
  if (!isEnded && isReported) return { line, isEnded, changes: {} };
  if (!isEnded && isDamaged && !isLast) throw new CopyLentSince(line.movieCopyId, last!.movieRentId);

  const isSentAway = isDamaged && (isFound || state === 'in_service');
  const serviceState = isSentAway ? 'maintenance' : isFound ? 'in_service' : undefined;
  const changes = {
    movie_rent_id: line.movieRentId,
    movie_copy_id: line.movieCopyId,
    condition: isDamaged ? 'damaged' : 'ok',
    ...(note !== undefined && { note }),
    ...(serviceState && { service_state: serviceState }),
    ...(isFound && { lost_datetime: line.lostDatetime!.toISOString() }),
  };
  const type = isFound
    ? 'line.found'
    : !isEnded
      ? isDamaged && 'line.damage_found'
      : isDamaged
        ? 'line.returned_damaged'
        : note === undefined
          ? 'line.returned'
          : 'line.returned_with_note';
  return { line, isEnded, serviceState, type: type || undefined, changes };
}
