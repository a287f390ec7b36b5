import { setImmediate } from 'node:timers';

/** Milliseconds, in each turn of the event loop, for requests that arrive: fewer than refusing three of them takes. */
const timeSliceMs = 0.1;

/** A connection of which bytes have arrived. */
interface Arrival {
  /** Parses them. */
  readArrived(): void;
}

/**
 * Requests that have arrived and are not parsed yet. While many writes wait for the database, each turn of the event
 * loop takes in only a few of them.
 *
 * Node by itself handles all that has arrived in one turn. A unit of work takes a turn for each of its statements: under
 * overload each of these turns was as long as refusing dozens of requests, and nothing was stored any more.
 * See docs/decisions/0028.
 */
export class ArrivalQueue {
  private readonly waiting = new Set<Arrival>();

  /** @param isNeeded whether so many writes wait for the database that they have to be given time */
  constructor(private readonly isNeeded: () => boolean) {}

  /** Whether what arrives has to be added here. Whatever waits here comes first. */
  get isActive(): boolean {
    return this.waiting.size > 0 || this.isNeeded();
  }

  add(arrival: Arrival): void {
    if (this.waiting.size === 0) setImmediate(() => this.admit());
    this.waiting.add(arrival);
  }

  private admit(): void {
    const until = performance.now() + timeSliceMs;
    for (const arrival of this.waiting) {
      this.waiting.delete(arrival);
      arrival.readArrived();
      if (performance.now() >= until) break;
    }
    if (this.waiting.size > 0) setImmediate(() => this.admit());
  }
}
