import {
  addDays,
  type CalendarDate,
  dateAt,
  daysBetween,
  endOf,
  type OpeningDays,
  openDayFrom,
} from '../kernel/calendar.js';
import type { ShopFields, TermsOfMovie } from './shop.entity.js';

/** The terms of a line, frozen when its copy is lent: a later change of the policy doesn't change them. */
export interface LineTerms extends TermsOfMovie {
  readonly graceDays: number | null;
  readonly maxLateFee: number | null;
}

/** When a line is due. All null: never. */
export interface DueDate {
  readonly dueOn: CalendarDate | null;
  /** The last instant of that date in the shop's time zone. */
  readonly dueDatetime: Date | null;
  /** The time zone in which the date was determined. */
  readonly timeZone: string | null;
}

/** For lines without known terms, because the shop sets none or another program recorded the lines. */
export const noTerms: LineTerms & DueDate = {
  rentalDays: null,
  rentalRate: null,
  lateFeePerDay: null,
  replacementCost: null,
  graceDays: null,
  maxLateFee: null,
  dueOn: null,
  dueDatetime: null,
  timeZone: null,
};

/**
 * Returns the terms of a line whose copy is lent at an instant: those of the movie or, if it has none, the shop's.
 */
export function frozenTerms(movie: TermsOfMovie, lent: Date, shop: ShopFields): LineTerms & DueDate {
  const rentalDays = movie.rentalDays ?? shop.rentalDays;
  const due = rentalDays === null ? noTerms : dueDateAfter(dateAt(lent, shop.timeZone), rentalDays, shop);
  return {
    rentalDays,
    rentalRate: movie.rentalRate ?? shop.rentalRate,
    lateFeePerDay: movie.lateFeePerDay ?? shop.lateFeePerDay,
    replacementCost: movie.replacementCost ?? shop.replacementCost,
    graceDays: shop.graceDays,
    maxLateFee: shop.maxLateFee,
    dueOn: due.dueOn,
    dueDatetime: due.dueDatetime,
    timeZone: due.timeZone,
  };
}

/** Returns the due date a number of days after a date, moved to the next open day. */
export function dueDateAfter(
  date: CalendarDate,
  days: number,
  shop: OpeningDays & { readonly timeZone: string },
): Required<DueDate> {
  const dueOn = openDayFrom(addDays(date, days), shop);
  return { dueOn, dueDatetime: endOf(dueOn, shop.timeZone), timeZone: shop.timeZone };
}

/** Returns the number of days from the due date to `end`, by dates of the time zone. */
export function daysOverdue({ dueOn, dueDatetime, timeZone }: DueDate, end: Date): number {
  if (!dueDatetime || end <= dueDatetime) return 0;
  return daysBetween(dueOn!, dateAt(end, timeZone!));
}
