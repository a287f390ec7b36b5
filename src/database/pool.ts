import type { PoolActivity } from './transactions.js';

interface Borrower<Member> {
  readonly begin: (member: Member) => void;
  readonly refuse: (error: unknown) => void;
}

/** Lends each of its members to one borrower at a time, in the order they asked. */
export class Pool<Member> {
  private readonly free: Member[];
  private queue: Borrower<Member>[] = [];
  private lent = 0;

  constructor(private readonly members: readonly Member[]) {
    this.free = [...members];
  }

  get activity(): PoolActivity {
    return { size: this.members.length, inUse: this.lent, waiting: this.queue.length };
  }

  async lend<Result>(job: (member: Member) => Promise<Result>): Promise<Result> {
    const member =
      this.free.pop() ?? (await new Promise<Member>((begin, refuse) => this.queue.push({ begin, refuse })));
    this.lent++;
    try {
      return await job(member);
    } finally {
      this.lent--;
      const next = this.queue.shift();
      if (next) next.begin(member);
      else this.free.push(member);
    }
  }

  /** Lets nobody wait on who waits now. */
  refuseWaiting(error: unknown): void {
    const refused = this.queue;
    this.queue = [];
    for (const { refuse } of refused) refuse(error);
  }
}
