import { Temporal } from 'temporal-polyfill';

/** A date of the calendar, "2026-02-28" (RFC 3339 full-date). Text of this form sorts chronologically. */
export type CalendarDate = string;

/** The days of the week, Monday first, as ISO 8601 counts them. */
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** The days on which a shop is open. Null opening days: every day of the week. */
export interface OpeningDays {
  readonly openingDays: readonly Weekday[] | null;
  readonly closedDates: readonly CalendarDate[];
}

/**
 * Returns the IANA name of a time zone in its usual case, or undefined if there is no such zone. Offsets such as
 * "+01:00" are not time zones: they have no daylight saving time.
 */
export function timeZoneNamed(name: string): string | undefined {
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId;
  } catch {
    return undefined;
  }
}

export function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  try {
    Temporal.PlainDate.from(text);
    return true;
  } catch {
    return false;
  }
}

/** Returns the date at an instant in a time zone. The time zone of the process has no influence. */
export function dateAt(instant: Date, timeZone: string): CalendarDate {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime())
    .toZonedDateTimeISO(timeZone)
    .toPlainDate()
    .toString();
}

/** The last date whose text has four digits of the year, and so sorts chronologically. */
const lastDate: CalendarDate = '9999-12-31';

/** The first and the last instant whose text has four digits of the year, and so sorts chronologically. */
const firstInstant = Date.parse('0000-01-01T00:00:00.000Z');
const lastInstant = Date.parse('9999-12-31T23:59:59.999Z');

/** Returns the first instant of a date. Where daylight saving time skips midnight, the day begins later. */
export function startOf(date: CalendarDate, timeZone: string): Date {
  return new Date(Math.max(firstInstant, startOfDay(Temporal.PlainDate.from(date), timeZone)));
}

/** Returns the last millisecond of a date. */
export function endOf(date: CalendarDate, timeZone: string): Date {
  return new Date(Math.min(lastInstant, startOfDay(Temporal.PlainDate.from(date).add({ days: 1 }), timeZone) - 1));
}

const startOfDay = (date: Temporal.PlainDate, timeZone: string): number =>
  date.toZonedDateTime(timeZone).epochMilliseconds;

/** Returns the date a number of days later, `lastDate` at most. */
export function addDays(date: CalendarDate, days: number): CalendarDate {
  const later = Temporal.PlainDate.from(date).add({ days });
  return later.year > 9999 ? lastDate : later.toString();
}

/** Returns the number of days from one date to another; negative if `to` is earlier. */
export function daysBetween(from: CalendarDate, to: CalendarDate): number {
  return Temporal.PlainDate.from(from).until(to, { largestUnit: 'days' }).days;
}

/** Returns `date`, or the first open day after it, `lastDate` at most. */
export function openDayFrom(date: CalendarDate, { openingDays, closedDates }: OpeningDays): CalendarDate {
  const open = new Set<Weekday>(openingDays ?? weekdays);
  const closed = new Set(closedDates);
  const isOpen = (day: Date) => open.has(weekdays[(day.getUTCDay() + 6) % 7]!) && !closed.has(dateOf(day));
  // A rental may have 100 lines, and a shop 1,000 closed dates in a row, which take Temporal 10 ms a line, and Date 0.8.
  const day = new Date(`${date}T00:00:00.000Z`);
  while (!isOpen(day) && dateOf(day) < lastDate) day.setUTCDate(day.getUTCDate() + 1);
  return dateOf(day);
}

const dateOf = (day: Date): CalendarDate => day.toISOString().slice(0, 10);
