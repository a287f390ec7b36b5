import { addDays, dateAt, endOf, isCalendarDate, timeZoneNamed } from '../../kernel/calendar.js';
import type { EntityInvariant } from '../../platform/verification/invariant.js';
import { MovieRentDetail } from '../movie-rent.entity.js';

interface DueRow {
  readonly id: number;
  readonly due: string | null;
  readonly instant: string | null;
  readonly zone: string | null;
  readonly days: number | null;
  readonly renewals: number | null;
  readonly lent: string;
}

/**
 * Due dates follow from the frozen terms of the line. Recomputed here, because the databases differ in their calendar
 * functions.
 */
export const dueDatesOfLines: EntityInvariant = {
  of: MovieRentDetail,
  remedy: 'Find out when the copy is due, and correct due_on, due_datetime and time_zone.',
  violations: async (rows) => {
    const found = await rows
      .addSelect('row.dueOn', 'due')
      .addSelect('row.dueDatetime', 'instant')
      .addSelect('row.timeZone', 'zone')
      .addSelect('row.rentalDays', 'days')
      .addSelect('row.renewals', 'renewals')
      .addSelect('row.lentDatetime', 'lent')
      .andWhere('(COALESCE(row.dueOn, row.dueDatetime, row.timeZone) IS NOT NULL OR row.rentalDays IS NOT NULL)')
      .getRawMany<DueRow>();
    return found.flatMap((row) => {
      const what = faultOf(row);
      return what === undefined ? [] : [{ id: row.id, what }];
    });
  },
};

function faultOf({ due, instant, zone, days, renewals, lent }: DueRow): string | undefined {
  if (due === null || instant === null || zone === null) {
    return 'it has terms with a due date, but not all of due_on, due_datetime and time_zone';
  }
  if (timeZoneNamed(zone) === undefined) return `its time_zone is ${zone}, and there is no such zone`;
  if (!isCalendarDate(due)) return `its due_on is ${due}, which is not a date`;
  if (endOf(due, zone).toISOString() !== instant) {
    return `its due_datetime is ${instant}, which is not the end of ${due} in ${zone}`;
  }
  // Closed days move a due date further, and renewals extend it.
  if (days !== null && renewals === null && due < addDays(dateAt(new Date(lent), zone), days)) {
    return `its due_on is ${due}, sooner than ${days} days after it was lent at ${lent}`;
  }
  return undefined;
}
