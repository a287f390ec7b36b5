import type { IdempotentRequest } from './idempotency.js';
import type { Precondition } from './precondition.js';

/** The caller of a unit of work. The last parameter of every service method. */
export interface Caller {
  /** Aborted when the client disconnects: a unit of work that has not begun by then is not run. */
  readonly signal?: AbortSignal;
}

/** The options of a change: conditions and idempotency. */
export interface Command<Thing> extends Caller {
  /** Checked against the resource before the change (If-Match). */
  readonly precondition?: Precondition<Thing>;
  /** Checked against the result before it is committed. */
  readonly postcondition?: Precondition<Thing>;
  /** Whether the request contained the expanded resource, so that the response is expanded too. */
  readonly isExpanded?: boolean;
  /** Makes retries safe (Idempotency-Key): the change is made once, and its response is stored. */
  readonly idempotency?: IdempotentRequest<Thing>;
}
