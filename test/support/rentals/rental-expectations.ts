/* eslint-disable @typescript-eslint/no-explicit-any -- answers are compared with the rules, member by member */
import { isDeepStrictEqual } from 'node:util';
import { addDays, dateAt, weekday } from './rental-calendar.js';
import {
  copyNamed,
  copyOf,
  isOpen,
  openLine,
  type Copy,
  type Desk,
  type Due,
  type Line,
  type Name,
  type Refusal,
} from './rental-model.js';

/** The expected response, and the resulting change of the model. */
export interface Verdict {
  readonly status: number;
  readonly type?: string;
  readonly errors?: readonly Refusal[];
  readonly apply?: (body: any) => void;
}

/** A response, or a state, that contradicts the rules. */
export class Disagreement extends Error {}

export const done = (apply?: (body: any) => void, status = 200): Verdict => ({ status, apply });
export const conflict = (type: string): Verdict => ({ status: 409, type });

export function assertAgrees(what: string, given: unknown, expected: unknown): void {
  if (isDeepStrictEqual(given, expected)) return;
  throw new Disagreement(`${what}\n  is ${JSON.stringify(given)}\n  not ${JSON.stringify(expected)}`);
}

/** The copy that each name would lend, and its refusals. */
interface Choice {
  readonly copy?: Copy;
  readonly refusals: Refusal[];
}

/** @param isKept whether a name and its copy repeat what is on the rental, which no rule refuses */
export function chooseCopies(
  desk: Desk,
  names: readonly Name[],
  isKept: (copy: Copy, index: number) => boolean = () => false,
): Choice[] {
  const named = names.flatMap((name) => (name.movie_id ? [] : (copyNamed(desk, name) ?? [])));
  const isFree = (copy: Copy): boolean => copy.state === 'in_service' && !openLine(desk, copy) && !named.includes(copy);
  const taken: Copy[] = [];
  return names.map((name, index): Choice => {
    const pointer = pointerOf(name, index);
    const copy = name.movie_id
      ? desk.copies.find((each) => each.movieId === name.movie_id && isFree(each) && !taken.includes(each))
      : copyNamed(desk, name);
    if (!copy && name.movie_id) {
      const due_on = nextDue(desk, name.movie_id);
      return { refusals: [{ pointer, code: 'no_copy_available', overridable: false, due_on }] };
    }
    if (!copy) return { refusals: [{ pointer, code: 'unknown', overridable: false }] };
    const loan = openLine(desk, copy);
    const refusals: Refusal[] = [];
    if (taken.includes(copy)) refusals.push({ pointer, code: 'duplicate_copy', overridable: false });
    if (!isKept(copy, index)) {
      if (loan) refusals.push({ pointer, code: 'copy_rented', overridable: false, due_on: loan.due?.on ?? null });
      if (copy.state !== 'in_service') refusals.push({ pointer, code: 'copy_not_in_service', overridable: true });
    }
    taken.push(copy);
    return { copy, refusals };
  });
}

/** Returns the earliest due date of the copies of a movie that are out. */
export function nextDue(desk: Desk, movieId: number): string | null {
  const dates = desk.lines.flatMap((line) =>
    isOpen(line) && copyOf(desk, line).movieId === movieId && line.due ? line.due.on : [],
  );
  return dates.sort()[0] ?? null;
}

export function mostSevere(refusals: readonly Refusal[]): Verdict {
  const has = (...codes: string[]): boolean => refusals.some(({ code }) => codes.includes(code));
  if (has('unknown', 'duplicate_copy')) return { status: 422, type: 'invalid-input' };
  if (has('copy_rented')) return conflict('copy-already-rented');
  if (has('copy_not_in_service')) return conflict('copy-not-in-service');
  return conflict(has('no_copy_available') ? 'no-copy-available' : 'check-out-refused');
}

/** Returns the pointer of a name in a request. Beside the id of a line, it is the name of the copy or movie. */
export function pointerOf({ condition: _, id, ...name }: Name, index: number): string {
  const [member = 'id'] = Object.keys(name);
  return `#/details/${index}/${member}`;
}

/** Returns the terms of a line whose copy is lent at an instant. */
export function termsOf(desk: Desk, { movieId }: Copy, lent: string): Pick<Line, 'days' | 'due'> {
  const days = desk.movies.find(({ id }) => id === movieId)!.days ?? desk.policy.rental_days;
  return { days, due: days === null ? null : dueAfter(desk, dateAt(lent, desk.policy.time_zone), days) };
}
export function dueToday(desk: Desk, movieId: number): Due | null {
  const copy = desk.copies.find((each) => each.movieId === movieId)!;
  return termsOf(desk, copy, desk.now).due;
}
export function dueAfter({ policy }: Desk, date: string, days: number): Due {
  let on = addDays(date, days);
  const isClosed = (): boolean =>
    policy.closed_dates.includes(on) || (policy.opening_days !== null && !policy.opening_days.includes(weekday(on)));
  while (isClosed()) on = addDays(on, 1);
  return { on, zone: policy.time_zone };
}
