import type { PoolActivity } from './transactions.js';
import type { Wait } from './waiting-room.js';

interface Borrower<Member> {
  readonly begin: (member: Member) => void;
  readonly refuse: (error: unknown) => void;
  /** Absent where others wait for what this one borrows. */
  readonly wait?: Wait;
}

/** Lends each of its members to one borrower at a time, in the order they asked, the urgent ones first. */
export class Pool<Member> {
  private readonly free: Member[];
  private readonly urgent = new Set<Borrower<Member>>();
  private readonly queue = new Set<Borrower<Member>>();
  private lent = 0;

  constructor(private readonly members: readonly Member[]) {
    this.free = [...members];
  }

  get activity(): PoolActivity {
    return { size: this.members.length, inUse: this.lent, waiting: this.urgent.size + this.queue.size };
  }

  /** Whether who borrows now has to wait. */
  get isBusy(): boolean {
    return this.free.length === 0;
  }

  /** @throws UnitNotStarted */
  async lend<Result>(job: (member: Member) => Promise<Result>, wait?: Wait): Promise<Result> {
    wait?.assertPresent();
    const member = this.free.pop() ?? (await this.turn(wait));
    this.lent++;
    try {
      return await job(member);
    } finally {
      this.lent--;
      const next = this.next();
      if (next) next.begin(member);
      else this.free.push(member);
    }
  }

  /** Lets nobody wait on who waits now. */
  refuseWaiting(error: unknown): void {
    for (let next = this.next(); next; next = this.next()) next.refuse(error);
  }

  private turn(wait?: Wait): Promise<Member> {
    const queue = wait?.isUrgent ? this.urgent : this.queue;
    return new Promise((begin, refuse) => {
      const borrower = { begin, refuse, wait };
      wait?.start((error) => {
        queue.delete(borrower);
        refuse(error);
      });
      queue.add(borrower);
    });
  }

  /** Takes the next borrower out of the queue: its wait has come to an end. */
  private next(): Borrower<Member> | undefined {
    const queue = this.urgent.size > 0 ? this.urgent : this.queue;
    const [next] = queue;
    if (!next) return undefined;
    queue.delete(next);
    next.wait?.stop();
    return next;
  }
}
