import { clearTimeout, setImmediate, setTimeout } from 'node:timers';

/** Time for arriving requests in each turn of the event loop: less than rejecting three requests takes. */
const timeSliceMs = 0.1;

/**
 * Under overload, writes are parsed or rejected during commits, and between commits in batches of `limit` at most, with a
 * `pause` for units of work after each. With a shorter pause, most batches would begin shortly before a commit, whose
 * time would be lost.
 */
const batchMs = { limit: 20, pause: 30 };

/**
 * Turns of the event loop in which connections are accepted before any request is parsed: as many as connections may be
 * open by default. They are granted again over 20 seconds, so that an endless flood of connections takes a tenth of the
 * turns at most.
 */
const maxPostponedTurns = 10_000;
const refillPerMs = maxPostponedTurns / 20_000;

/** A connection with received bytes. */
interface Arrival {
  /** Parses or rejects them. */
  readArrived(): void;
}

/**
 * Queue of received, unparsed requests, while many writes wait for the database.
 *
 * By default Node handles all received bytes in one turn. A unit of work takes one turn per statement: under overload,
 * each of these turns took as long as rejecting dozens of requests, and writes starved. So each turn parses only a few
 * reads, and writes wait for the next commit or batch: one after another, they take less CPU than between the statements
 * of units of work.
 *
 * While connections arrive, they are accepted first. libuv accepts one in each turn, and a health check on a new
 * connection waits until all earlier ones are accepted. See docs/decisions/0028.
 */
export class ArrivalQueue {
  private readonly reads: Arrival[] = [];
  private readonly writes: Arrival[] = [];
  private pause?: NodeJS.Timeout;
  private isCommitting = false;
  private passedWrites = 0;
  private isAccepting = false;
  private hasAccepted = false;
  private isPostponing = false;
  /** The number of turns that could still be postponed at that time. */
  private credit = { turns: maxPostponedTurns, atMs: 0 };

  /** @param isNeeded whether so many writes wait for the database that arriving requests have to wait */
  constructor(private readonly isNeeded: () => boolean) {}

  /** Whether received bytes must be queued: while the queue is needed, or not empty (first in, first out). */
  get isActive(): boolean {
    return this.reads.length + this.writes.length > 0 || this.isAccepting || this.isNeeded();
  }

  /** Number of writes of the current batch that were read before, and don't wait for the database yet. */
  get enteringWrites(): number {
    return this.passedWrites;
  }

  /** Reads and writes wait apart, so that neither waits for all of the others. */
  add(arrival: Arrival, isRead: boolean): void {
    const queue = isRead ? this.reads : this.writes;
    queue.push(arrival);
    if (queue.length === 1) this.schedule(queue);
  }

  /** Called for each accepted connection. */
  onConnection(): void {
    this.hasAccepted = true;
    if (this.isAccepting) return;
    this.isAccepting = true;
    this.isPostponing = this.postpone();
    setImmediate(() => this.endTurn());
  }

  /** Called when a commit has begun: this thread is idle until the disk has answered. */
  onCommit(committed: Promise<unknown>): void {
    this.isCommitting = true;
    const end = (): void => void (this.isCommitting = false);
    committed.then(end, end);
    if (this.pause) this.endPause();
  }

  /** Connections are being accepted until a turn without one. */
  private endTurn(): void {
    this.isAccepting = this.hasAccepted;
    this.hasAccepted = false;
    this.isPostponing = this.isAccepting && this.postpone();
    if (this.isAccepting) setImmediate(() => this.endTurn());
  }

  private schedule(queue: Arrival[]): void {
    const isBatch = queue === this.writes && this.isNeeded();
    if (isBatch && !this.isCommitting) this.pause = setTimeout(() => this.endPause(), batchMs.pause);
    else this.admitSoon(queue);
  }

  private endPause(): void {
    clearTimeout(this.pause);
    this.pause = undefined;
    this.admitSoon(this.writes);
  }

  private admitSoon(queue: Arrival[]): void {
    setImmediate(() => (this.isPostponing ? this.admitSoon(queue) : this.admit(queue)));
  }

  private admit(queue: Arrival[]): void {
    const isBatch = queue === this.writes && this.isNeeded();
    const limitMs = isBatch ? batchMs.limit : timeSliceMs;
    const begin = performance.now();
    do {
      queue.shift()!.readArrived();
      if (isBatch) this.passedWrites++;
    } while (queue.length > 0 && performance.now() - begin < limitMs);
    this.passedWrites = 0;
    if (queue.length > 0) this.schedule(queue);
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
