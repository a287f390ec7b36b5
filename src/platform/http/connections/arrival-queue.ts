import { setImmediate } from 'node:timers';

/** Time for arriving requests in each turn of the event loop: less than rejecting three requests takes. */
const timeSliceMs = 0.1;

/**
 * Turns of the event loop in which connections are accepted before any request is parsed: as many as connections fit
 * into the listen queue. They are granted again over ten seconds, so that an endless flood of connections takes a tenth
 * of the turns at most.
 */
const maxPostponedTurns = 4_096;
const refillPerMs = maxPostponedTurns / 10_000;

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
 * each of these turns took as long as rejecting dozens of requests, and writes starved.
 *
 * While connections arrive, they are accepted first. libuv accepts one in each turn, and a health check on a new
 * connection waits until all earlier ones are accepted. See docs/decisions/0028.
 */
export class ArrivalQueue {
  private readonly waiting: Arrival[] = [];
  private isAccepting = false;
  private hasAccepted = false;
  /** Turns that may still be postponed, at a time. */
  private credit = { turns: maxPostponedTurns, atMs: 0 };

  /** @param isNeeded whether so many writes wait for the database that they need time slices */
  constructor(private readonly isNeeded: () => boolean) {}

  /** Whether received bytes must be queued: while the queue is needed, or not empty (first in, first out). */
  get isActive(): boolean {
    return this.waiting.length > 0 || this.isAccepting || this.isNeeded();
  }

  get length(): number {
    return this.waiting.length;
  }

  add(arrival: Arrival): void {
    if (this.waiting.length === 0) setImmediate(() => this.admit());
    this.waiting.push(arrival);
  }

  /** Called for each accepted connection. */
  onConnection(): void {
    this.hasAccepted = true;
    if (!this.isAccepting) setImmediate(() => this.endTurn());
    this.isAccepting = true;
  }

  /** Connections are being accepted until a turn without one. */
  private endTurn(): void {
    this.isAccepting = this.hasAccepted;
    this.hasAccepted = false;
    if (this.isAccepting) setImmediate(() => this.endTurn());
  }

  private admit(): void {
    if (this.isAccepting && this.postpone()) {
      setImmediate(() => this.admit());
      return;
    }
    const until = performance.now() + timeSliceMs;
    do this.waiting.shift()?.readArrived();
    while (this.waiting.length > 0 && performance.now() < until);
    if (this.waiting.length > 0) setImmediate(() => this.admit());
  }

  /** Returns whether one more turn may be postponed. */
  private postpone(): boolean {
    const now = performance.now();
    const { turns, atMs } = this.credit;
    const left = Math.min(turns + (now - atMs) * refillPerMs, maxPostponedTurns);
    this.credit = { turns: Math.max(left - 1, 0), atMs: now };
    return left >= 1;
  }
}
