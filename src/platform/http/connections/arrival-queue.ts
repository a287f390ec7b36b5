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
  private readonly waiting: Arrival[] = [];

  /** @param isNeeded whether so many writes wait for the database that they need time slices */
  constructor(private readonly isNeeded: () => boolean) {}

  /** Whether received bytes must be queued: while the queue is needed, or not empty (first in, first out). */
  get isActive(): boolean {
    return this.waiting.length > 0 || this.isNeeded();
  }

  get length(): number {
    return this.waiting.length;
  }

  add(arrival: Arrival): void {
    if (this.waiting.length === 0) setImmediate(() => this.admit());
    this.waiting.push(arrival);
  }

  private admit(): void {
    const until = performance.now() + timeSliceMs;
    do this.waiting.shift()?.readArrived();
    while (this.waiting.length > 0 && performance.now() < until);
    if (this.waiting.length > 0) setImmediate(() => this.admit());
  }
}
