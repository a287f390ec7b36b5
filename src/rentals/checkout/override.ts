import type { Refusal, RuleCode } from '../../kernel/domain-error.js';
import type { Change } from '../../platform/events/change.js';
import { changeOfRent } from '../rental-events.js';

/** Lifts rules for one request. */
export interface Override<Rule extends RuleCode = RuleCode> {
  readonly rules: readonly Rule[];
  /** The reason of the clerk. */
  readonly comment: string;
}

/** Returns the refusals whose rules an override lifts. */
export const liftedBy = <R extends Refusal>(override: Override | undefined, refusals: readonly R[]): R[] =>
  refusals.filter(({ code }) => override?.rules.includes(code));

/** Returns the events of an override: only the rules that it has lifted. */
export function overrideEvents(
  rentId: number,
  override: Override | undefined,
  { lifted, now }: { readonly lifted: readonly Refusal[]; readonly now: Date },
): Change[] {
  if (!override || lifted.length === 0) return [];
  const rules = [...new Set(lifted.map(({ code }) => code))];
  return [changeOfRent('rental.rules_overridden', now, { id: rentId }, { rules, comment: override.comment })];
}
