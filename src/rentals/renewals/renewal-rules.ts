import { dateAt } from '../../kernel/calendar.js';
import type { Facts, Refusal, RuleCode } from '../../kernel/domain-error.js';
import { type DueDate, dueDateAfter } from '../../policy/terms.js';
import type { Shop } from '../../policy/shop.entity.js';
import type { MovieRentDetail } from '../movie-rent.entity.js';

/** The rules of a renewal that a clerk may lift. */
export const overridableRenewalRules = ['client_blocked', 'renewal_limit_reached'] as const satisfies RuleCode[];

export type OverridableRenewalRule = (typeof overridableRenewalRules)[number];

/**
 * Returns the due date of a line after a renewal: the present one, or today if the line is overdue, plus its rental
 * days, moved to an open day. Undefined if the line is never due.
 */
export function renewedDueDate(line: MovieRentDetail, shop: Shop, now: Date): Required<DueDate> | undefined {
  if (line.dueOn === null || line.rentalDays === null) return undefined;
  const from = line.isOverdue(now) ? dateAt(now, shop.timeZone) : line.dueOn;
  return dueDateAfter(from, line.rentalDays, shop);
}

/** Checks the rules for one line: at most one refusal for each. */
export function checkRenewal(
  line: MovieRentDetail,
  due: DueDate | undefined,
  shop: Shop,
  path: Refusal['path'],
): Refusal[] {
  const { id, renewals, dueOn, dueDatetime, isOpen } = line;
  if (!isOpen) return [refusal(path, 'line_ended', `Line ${id} has ended.`)];
  const limit = shop.maxRenewals;
  const done = renewals ?? 0;
  const refusals: Refusal[] = [];
  if (limit !== null && done >= limit) {
    const detail = `Line ${id} was renewed ${done} times; the limit is ${limit}.`;
    refusals.push(refusal(path, 'renewal_limit_reached', detail, { limit, renewals: done }));
  }
  // A later date may end earlier, if the shop's time zone has changed.
  if (!due || due.dueOn! <= dueOn! || due.dueDatetime! <= dueDatetime!) {
    refusals.push(
      refusal(path, 'due_date_unchanged', `A renewal would not move the due date of line ${id}.`, { dueOn }),
    );
  }
  // Next: wanted_by_hold, by waiting holds that no other free copy can satisfy.
  return refusals;
}

const refusal = (path: Refusal['path'], code: RuleCode, detail: string, facts: Facts = {}): Refusal => ({
  path,
  code,
  detail,
  overridable: (overridableRenewalRules as readonly RuleCode[]).includes(code),
  facts,
});
