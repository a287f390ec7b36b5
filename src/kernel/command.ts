import type { IdempotentRequest } from './idempotency.js';
import type { Precondition } from './precondition.js';

/** On whose behalf a unit of work runs. The last parameter of every method of a service. */
export interface Caller {
  /** Aborted when the caller has left: a unit of work that has not begun by then is not run. */
  readonly signal?: AbortSignal;
}

/** What a caller asks of a change, beside the change itself. */
export interface Command<Thing> extends Caller {
  /** Checked against the thing before it is changed (If-Match). */
  readonly precondition?: Precondition<Thing>;
  /** Checked against the result before it is committed. */
  readonly postcondition?: Precondition<Thing>;
  /** Whether the caller sent the thing together with the one that it can be shown with. It is shown so again. */
  readonly isExpanded?: boolean;
  /** Makes retries safe (Idempotency-Key): the change is made once, and its answer is kept. */
  readonly idempotency?: IdempotentRequest<Thing>;
}
