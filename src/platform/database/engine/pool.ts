import { removeItem } from '../../../kernel/lists.js';
import type { PoolStats } from './transaction-manager.js';
import type { Wait } from './wait-queue.js';
import { byWorkload, type Workload } from './workload.js';

export interface PoolRequest {
  readonly workload: Workload;
  /** Absent for a batch of reads, each of which has its own wait. */
  readonly wait?: Wait;
}

/** Returns the request of a read-only transaction. */
export const readRequest = (wait: Wait): PoolRequest => ({ workload: wait.isUrgent ? 'urgent lookup' : 'scan', wait });

interface QueuedRequest<Member> extends PoolRequest {
  /** Ascends in the order of arrival. */
  readonly ticket: number;
  readonly begin: (member: Member) => void;
  readonly refuse: (error: unknown) => void;
}

/**
 * A connection pool with bulkheads. Each member serves one request at a time, in the order of arrival; urgent lookups go
 * first.
 *
 * The bulkheads keep slow scans, and writes that wait for one lock, from delaying everything else: scans occupy at most
 * half of the members, and scans and writes together leave one for lookups. A pool of one member has no bulkheads.
 */
export class Pool<Member> {
  private readonly free: Member[];
  private readonly waiting = byWorkload((): QueuedRequest<Member>[] => []);
  private readonly inUse = byWorkload(() => 0);
  private tickets = 0;

  constructor(private readonly members: readonly Member[]) {
    this.free = [...members];
  }

  get stats(): PoolStats {
    const size = this.members.length;
    const waiting = Object.values(this.waiting).reduce((sum, queue) => sum + queue.length, 0);
    return { size, inUse: size - this.free.length, waiting };
  }

  /** Whether a new request has to wait. */
  isBusyFor(workload: Workload): boolean {
    const { free, members, inUse } = this;
    if (free.length === 0) return true;
    if (members.length === 1 || workload === 'lookup' || workload === 'urgent lookup') return false;
    return free.length === 1 || (workload === 'scan' && inUse.scan >= Math.floor(members.length / 2));
  }

  /** @throws UnitNotStarted */
  async use<Result>(request: PoolRequest, job: (member: Member) => Promise<Result>): Promise<Result> {
    const { workload, wait } = request;
    wait?.assertConnected();
    const member = this.isBusyFor(workload) ? await this.enqueue(request) : this.take(workload);
    try {
      return await job(member);
    } finally {
      this.inUse[workload]--;
      this.free.push(member);
      this.beginNext();
    }
  }

  /** Rejects all queued requests. */
  rejectQueued(error: unknown): void {
    for (const queue of Object.values(this.waiting)) {
      for (const queued of [...queue]) {
        this.leave(queued);
        queued.refuse(error);
      }
    }
  }

  private take(workload: Workload): Member {
    this.inUse[workload]++;
    return this.free.pop()!;
  }

  private enqueue({ workload, wait }: PoolRequest): Promise<Member> {
    const queue = this.waiting[workload];
    return new Promise((begin, refuse) => {
      const queued = { workload, wait, ticket: this.tickets++, begin, refuse };
      wait?.start(workload, (error) => {
        removeItem(queue, queued);
        refuse(error);
      });
      queue.push(queued);
    });
  }

  private beginNext(): void {
    const next = this.next();
    if (!next) return;
    this.leave(next);
    next.begin(this.take(next.workload));
  }

  private next(): QueuedRequest<Member> | undefined {
    const [urgent] = this.waiting['urgent lookup'];
    if (urgent) return urgent;
    let next: QueuedRequest<Member> | undefined;
    for (const [first] of Object.values(this.waiting)) {
      if (first && (!next || first.ticket < next.ticket) && !this.isBusyFor(first.workload)) next = first;
    }
    return next;
  }

  /** Removes a request from its queue and ends its wait. */
  private leave(queued: QueuedRequest<Member>): void {
    removeItem(this.waiting[queued.workload], queued);
    queued.wait?.stop();
  }
}
