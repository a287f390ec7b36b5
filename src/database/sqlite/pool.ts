/** Lends each of its members to one borrower at a time, in the order they asked. */
export class Pool<Member> {
  private readonly free: Member[];
  private readonly waiting: ((member: Member) => void)[] = [];

  constructor(members: readonly Member[]) {
    this.free = [...members];
  }

  async lend<Result>(job: (member: Member) => Promise<Result>): Promise<Result> {
    const member = this.free.pop() ?? (await new Promise<Member>((next) => this.waiting.push(next)));
    try {
      return await job(member);
    } finally {
      const next = this.waiting.shift();
      if (next) next(member);
      else this.free.push(member);
    }
  }
}
