import { setImmediate } from 'node:timers';

/** Time for arriving requests in each turn of the event loop: less than rejecting three requests takes. */
const timeSliceMs = 0.1;

/** A connection with received bytes. */
interface Arrival {
  /** Parses them. */
  readArrived(): void;
}

/**
 * Queue of received, unparsed requests. While many writes wait for the database, each turn of the event loop parses
 * only a few of them.
 *
 * By default Node handles all received bytes in one turn. A unit of work takes one turn per statement: under overload,
 * each of these turns took as long as rejecting dozens of requests, and writes starved. See docs/decisions/0028.
 */
export class ArrivalQueue {
  private readonly waiting = new Set<Arrival>();

  /** @param isNeeded whether so many writes wait for the database that they need time slices */
  constructor(private readonly isNeeded: () => boolean) {}

  /** Whether received bytes must be queued: while the queue is needed, or not empty (first in, first out). */
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
