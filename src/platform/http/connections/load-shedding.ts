import type { ServiceUnavailable } from '../../../kernel/domain-error.js';
import type { ArrivedRequest } from '../requests/request-target.js';

/** The queue of units of work that write. */
export interface WriteQueue {
  readonly isFull: boolean;
  /** Whether more units wait than are begun together. */
  readonly isLong: boolean;
  readonly refuse: () => ServiceUnavailable;
}

/**
 * Refuses writes while their queue is full (load shedding): as soon as their head has arrived, since refusing has to
 * cost a fraction of serving. Reads are refused where they would have to wait.
 */
export class LoadShedding {
  constructor(private readonly writes: WriteQueue) {}

  /** Whether the database falls behind what arrives. */
  get isNear(): boolean {
    return this.writes.isLong;
  }

  refuses({ method }: ArrivedRequest): boolean {
    return this.writes.isFull && method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
  }

  refuse(): ServiceUnavailable {
    return this.writes.refuse();
  }
}
