/**
 * Refuses, by throwing, to change a thing that is no longer as its reader has seen it. Asked inside the unit of work
 * that changes the thing, once nobody else can.
 */
export type Precondition<Thing> = (current: Thing) => void;
