import type { RuleCode } from '../../kernel/domain-error.js';
import type { Override } from './override.js';

/**
 * A requested line: a specific copy, by its id or its barcode, or any available copy of a movie. `id` refers to an
 * existing line.
 */
export interface OrderedLine {
  readonly id?: number;
  readonly movieCopyId?: number;
  readonly movieId?: number;
  readonly code?: string;
}

/** The rules that a clerk may lift. */
export const overridableRules = [
  'client_blocked',
  'client_has_overdue',
  'limit_reached',
  'copy_not_in_service',
] as const satisfies readonly RuleCode[];
export type OverridableRule = (typeof overridableRules)[number];

/** A requested rental. */
export interface RentOrder {
  readonly clientId: number;
  readonly lines: readonly OrderedLine[];
  readonly override?: Override<OverridableRule>;
}
