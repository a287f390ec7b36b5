import { Logger } from '@nestjs/common';
import type { Caller } from '../../../kernel/command.js';
import { UnitNotStarted } from '../../../kernel/domain-error.js';
import { byWorkload, type Workload } from './workload.js';

/** How many units of work may wait, and for how long. */
export interface WaitLimits {
  readonly maxWaiting: number;
  readonly timeoutMs: number;
}

/** For tools, which have nobody to compete with. */
export const unlimited: WaitLimits = { maxWaiting: Infinity, timeoutMs: Infinity };

const reasons = {
  full: 'Too many requests are waiting for the database. Try again in a moment.',
  expired: 'The database was too busy to start on this request in time. Try again in a moment.',
  abandoned: 'The client has disconnected.',
} as const;

type Reason = keyof typeof reasons;

/** Milliseconds between two log lines that sum up what was refused. */
const summaryIntervalMs = 1_000;

/** The places in which units of work of one kind wait for their turn: bounds their number and their time (backpressure). */
export class WaitingRoom {
  /** Units of work since the start that were never started, by the reason. */
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
    // Made once: under overload a stack trace for each would cost more than the refusals.
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
   * The wait of one unit of work, however many turns it needs.
   * @param isUrgent whether its turn comes before those of all that aren't
   */
  waitOf({ signal }: Caller, isUrgent = false): Wait {
    return new Wait(this, performance.now() + this.limits.timeoutMs, signal, isUrgent);
  }

  /** Whether there is no place left for a unit of work that comes now. Slow reads take no place of a lookup. */
  isFullFor(workload: Workload): boolean {
    return this.occupied[workload] >= this.limits.maxWaiting;
  }

  /** Whether a unit of work found no turn in time. */
  isExpiry(error: unknown): boolean {
    return error === this.errors.expired;
  }

  enter(workload: Workload): void {
    this.occupied[workload]++;
  }

  leave(workload: Workload): void {
    this.occupied[workload]--;
  }

  /** Counts a unit of work that was not started. */
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

/** One unit of work that waits: until its turn, its deadline or its caller's leaving, whichever comes first. */
export class Wait {
  private timer?: NodeJS.Timeout;
  private onGone!: (error: UnitNotStarted) => void;
  private workload!: Workload;

  constructor(
    private readonly room: WaitingRoom,
    private readonly deadline: number,
    private readonly signal: AbortSignal | undefined,
    readonly isUrgent: boolean,
  ) {}

  /** Whether the deadline has passed. */
  get isOver(): boolean {
    return performance.now() >= this.deadline;
  }

  /** @throws UnitNotStarted where the caller has left */
  assertPresent(): void {
    if (this.signal?.aborted) throw this.room.refuse('abandoned');
  }

  /**
   * Takes a place among those that wait for the same.
   * @param onGone called where the wait ends before stop() is called
   * @throws UnitNotStarted where no place is left, or the caller has
   */
  start(workload: Workload, onGone: (error: UnitNotStarted) => void): void {
    this.assertPresent();
    if (this.room.isFullFor(workload)) throw this.room.refuse('full');
    this.room.enter(workload);
    this.workload = workload;
    this.onGone = onGone;
    this.signal?.addEventListener('abort', this);
    if (this.deadline !== Infinity) {
      this.timer = setTimeout(expire, Math.max(this.deadline - performance.now(), 1), this);
    }
  }

  /** Leaves the place: the turn has come. */
  stop(): void {
    this.room.leave(this.workload);
    clearTimeout(this.timer);
    this.signal?.removeEventListener('abort', this);
  }

  /** Waits for a promise, but not beyond the deadline. */
  async for<Result>(promise: Promise<Result>): Promise<Result> {
    let isWaiting = true;
    const gone = new Promise<never>((_, reject) =>
      this.start('lookup', (error) => {
        isWaiting = false;
        reject(error);
      }),
    );
    try {
      return await Promise.race([promise, gone]);
    } finally {
      if (isWaiting) this.stop();
    }
  }

  /** The caller has left. */
  handleEvent(): void {
    this.end('abandoned');
  }

  end(reason: 'abandoned' | 'expired'): void {
    this.stop();
    this.onGone(this.room.refuse(reason));
  }
}

function expire(wait: Wait): void {
  wait.end('expired');
}
