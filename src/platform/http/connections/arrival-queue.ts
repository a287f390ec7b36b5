import { setImmediate } from 'node:timers';

/** Time for arriving requests in each turn of the event loop: less than rejecting three requests takes. */
const timeSliceMs = 0.1;

/**
 * Turns of the event loop in which connections are accepted before any request is parsed: as many as connections may be
 * open by default. They are granted again over 20 seconds, so that an endless flood of connections takes a tenth of the
 * turns at most.
 */
const maxPostponedTurns = 10_000;
const refillPerMs = maxPostponedTurns / 20_000;

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
  private readonly reads: Arrival[] = [];
  private readonly writes: Arrival[] = [];
  private isReadNext = false;
  private isAccepting = false;
  private hasAccepted = false;
  /** The number of turns that could still be postponed at that time. */
  private credit = { turns: maxPostponedTurns, atMs: 0 };

  /** @param isNeeded whether so many writes wait for the database that they need time slices */
  constructor(private readonly isNeeded: () => boolean) {}

  /** Whether received bytes must be queued: while the queue is needed, or not empty (first in, first out). */
  get isActive(): boolean {
    return !this.isEmpty || this.isAccepting || this.isNeeded();
  }

  /** Number of connections whose next request is a write. */
  get waitingWrites(): number {
    return this.writes.length;
  }

  /** Reads and writes are parsed in turns, so that neither waits for all of the others. */
  add(arrival: Arrival, isRead: boolean): void {
    if (this.isEmpty) setImmediate(() => this.admit());
    (isRead ? this.reads : this.writes).push(arrival);
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
    do this.takeNext()?.readArrived();
    while (!this.isEmpty && performance.now() < until);
    if (!this.isEmpty) setImmediate(() => this.admit());
  }

  private get isEmpty(): boolean {
    return this.reads.length + this.writes.length === 0;
  }

  private takeNext(): Arrival | undefined {
    this.isReadNext = !this.isReadNext;
    const [first, second] = this.isReadNext ? [this.reads, this.writes] : [this.writes, this.reads];
    return first.shift() ?? second.shift();
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
