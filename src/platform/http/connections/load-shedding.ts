import type { ServiceUnavailable } from '../../../kernel/domain-error.js';
import type { ArrivedRequest } from '../requests/request-target.js';

/** The queue of units of work that write. */
export interface WriteQueue {
  /** Number of units that may still wait. */
  readonly free: number;
  /** Whether more units wait than one group commit takes. */
  readonly isLong: boolean;
  readonly refuse: () => ServiceUnavailable;
}

/**
 * Load shedding: rejects writes while their queue is full, as soon as their head has arrived, since rejecting must cost
 * a fraction of serving. Reads are rejected at their own queue.
 */
export class LoadShedding {
  constructor(private readonly writes: WriteQueue) {}

  /** Whether the database falls behind the arriving requests. */
  get isNear(): boolean {
    return this.writes.isLong;
  }

  /** @param arrived number of writes that will be handled first */
  isActive(arrived: number): boolean {
    return this.writes.free <= arrived;
  }

  refuses({ method }: ArrivedRequest): boolean {
    return this.isActive(0) && method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
  }

  refuse(): ServiceUnavailable {
    return this.writes.refuse();
  }
}
