import type { IdempotentRequest } from './idempotency.js';

/** The caller of a unit of work. The last parameter of every service method. */
export interface Caller {
  /** Aborted when the client disconnects: a unit of work that has not begun by then is not run. */
  readonly signal?: AbortSignal;
}

/**
 * Optimistic concurrency check (If-Match): throws if the resource has changed since it was read. Called inside the unit
 * of work, after the row is locked.
 */
export type Precondition<Thing> = (current: Thing) => void;

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
