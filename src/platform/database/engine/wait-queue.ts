import { Logger } from '@nestjs/common';
import type { Caller } from '../../../kernel/command.js';
import { UnitNotStarted } from '../../../kernel/domain-error.js';
import { byWorkload, type Workload } from './workload.js';

/** Limits of a queue of units of work. */
export interface WaitLimits {
  readonly maxWaiting: number;
  readonly timeoutMs: number;
}

/** For tools, which run without concurrent requests. */
export const unlimited: WaitLimits = { maxWaiting: Infinity, timeoutMs: Infinity };

const reasons = {
  full: 'Too many requests are waiting for the database. Try again in a moment.',
  expired: 'The database was too busy to start on this request in time. Try again in a moment.',
  abandoned: 'The client has disconnected.',
} as const;

type Reason = keyof typeof reasons;

/** Minimum interval between two summary log lines. */
const summaryIntervalMs = 1_000;

/** A bounded queue of units of work: limits their number and their waiting time (backpressure). */
export class WaitQueue {
  /** Number of units of work since the start that were never run, by reason. */
  readonly notStarted: Record<Reason, number> = { full: 0, expired: 0, abandoned: 0 };
  private readonly logger = new Logger('Backpressure');
  private readonly errors: Readonly<Record<Reason, UnitNotStarted>>;
  private logged = { full: 0, expired: 0 };
  private summary?: NodeJS.Timeout;
  private readonly occupied = byWorkload(() => 0);

  constructor(
    private readonly name: string,
    private readonly limits: WaitLimits,
  ) {
    // Created once: under overload, a stack trace per rejection would cost more than the rejection.
    this.errors = {
      full: new UnitNotStarted(reasons.full),
      expired: new UnitNotStarted(reasons.expired),
      abandoned: new UnitNotStarted(reasons.abandoned),
    };
  }

  get waiting(): number {
    return Object.values(this.occupied).reduce((sum, count) => sum + count, 0);
  }

  /**
   * Returns the wait of one unit of work, for all the connections that the unit needs.
   * @param isUrgent whether the unit goes before all that are not urgent
   */
  waitOf({ signal }: Caller, isUrgent = false): Wait {
    return new Wait(this, performance.now() + this.limits.timeoutMs, signal, isUrgent);
  }

  /** Whether the queue is full for a workload. Scans do not fill the queue of lookups. */
  isFullFor(workload: Workload): boolean {
    return this.freeFor(workload) <= 0;
  }

  freeFor(workload: Workload): number {
    return this.limits.maxWaiting - this.occupied[workload];
  }

  /** Whether a unit of work reached its deadline while waiting. */
  isExpiry(error: unknown): boolean {
    return error === this.errors.expired;
  }

  enter(workload: Workload): void {
    this.occupied[workload]++;
  }

  leave(workload: Workload): void {
    this.occupied[workload]--;
  }

  /** Counts a unit of work that is not run, and returns its error. */
  refuse(reason: Reason): UnitNotStarted {
    this.notStarted[reason]++;
    if (reason !== 'abandoned') this.summary ??= setTimeout(() => this.logSummary(), summaryIntervalMs).unref();
    return this.errors[reason];
  }

  private logSummary(): void {
    this.summary = undefined;
    const { full, expired } = this.notStarted;
    this.logger.warn({
      msg: `Refused requests with 503: too many ${this.name} wait`,
      refused_when_full: full - this.logged.full,
      refused_after_timeout: expired - this.logged.expired,
    });
    this.logged = { full, expired };
  }
}

/** The wait of one unit of work: until its turn, its deadline or the disconnection of its client. */
export class Wait {
  private timer?: NodeJS.Timeout;
  private onEnd!: (error: UnitNotStarted) => void;
  private workload!: Workload;

  constructor(
    private readonly queue: WaitQueue,
    private readonly deadline: number,
    private readonly signal: AbortSignal | undefined,
    readonly isUrgent: boolean,
  ) {}

  /** Whether the deadline has passed. */
  get isOver(): boolean {
    return performance.now() >= this.deadline;
  }

  /** @throws UnitNotStarted if the client has disconnected */
  assertConnected(): void {
    if (this.signal?.aborted) throw this.queue.refuse('abandoned');
  }

  /**
   * Enters the queue.
   * @param onEnd called if the wait ends before stop() is called
   * @throws UnitNotStarted if the queue is full or the client has disconnected
   */
  start(workload: Workload, onEnd: (error: UnitNotStarted) => void): void {
    this.assertConnected();
    if (this.queue.isFullFor(workload)) throw this.queue.refuse('full');
    this.queue.enter(workload);
    this.workload = workload;
    this.onEnd = onEnd;
    this.signal?.addEventListener('abort', this);
    if (this.deadline !== Infinity) {
      this.timer = setTimeout(expire, Math.max(this.deadline - performance.now(), 1), this);
    }
  }

  /** Leaves the queue, for the unit's turn. */
  stop(): void {
    this.queue.leave(this.workload);
    clearTimeout(this.timer);
    this.signal?.removeEventListener('abort', this);
  }

  /** Awaits a promise, at most until the deadline. */
  async for<Result>(promise: Promise<Result>): Promise<Result> {
    let isWaiting = true;
    const ended = new Promise<never>((_, reject) =>
      this.start('lookup', (error) => {
        isWaiting = false;
        reject(error);
      }),
    );
    try {
      return await Promise.race([promise, ended]);
    } finally {
      if (isWaiting) this.stop();
    }
  }

  /** Handles the abort event of the signal: the client has disconnected. */
  handleEvent(): void {
    this.end('abandoned');
  }

  end(reason: 'abandoned' | 'expired'): void {
    this.stop();
    this.onEnd(this.queue.refuse(reason));
  }
}

function expire(wait: Wait): void {
  wait.end('expired');
}
