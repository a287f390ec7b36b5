import type { ServiceUnavailable } from '../../../kernel/domain-error.js';
import type { ArrivedRequest } from '../requests/request-target.js';

/** The queue of units of work that write. */
export interface WriteQueue {
  /** Number of units that may still wait. */
  readonly free: number;
  /** Whether more units wait than one group commit takes. */
  readonly isLong: boolean;
  readonly refuse: () => ServiceUnavailable;
  /** Registers what is called when a commit has begun for which all units wait. */
  readonly onCommit: (listener: (committed: Promise<unknown>) => void) => void;
}

/**
 * Load shedding: rejects writes while their queue is full, as soon as their head has arrived, since rejecting must cost
 * a fraction of serving. Reads are rejected at their own queue.
 */
export class LoadShedding {
  constructor(private readonly writes: WriteQueue) {}

  /** Whether the database falls behind the arriving requests. */
  get isNear(): boolean {
    return this.writes.isLong || this.isActive(0);
  }

  /** @param entering number of writes that were admitted and don't wait in the queue yet */
  isActive(entering: number): boolean {
    return this.writes.free <= entering;
  }

  refuses({ method }: ArrivedRequest, entering: number): boolean {
    return this.isActive(entering) && method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
  }

  refuse(): ServiceUnavailable {
    return this.writes.refuse();
  }
}
