/**
 * Optimistic concurrency check (If-Match): throws if the resource has changed since it was read. Called inside the unit
 * of work, after the row is locked.
 */
export type Precondition<Thing> = (current: Thing) => void;
