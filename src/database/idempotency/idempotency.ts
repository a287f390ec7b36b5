import type { EntityManager } from 'typeorm';
import type { Clock } from '../../kernel/clock.js';
import { DoneBefore, IdempotencyKeyInUse, IdempotencyKeyReused, type Once } from '../../kernel/once.js';
import type { Transactions, Work } from '../transactions.js';
import { IdempotencyKeyRepository } from './idempotency-key.repository.js';

/** How long an answer is kept, in milliseconds. */
const lifetime = 24 * 60 * 60 * 1000;

/**
 * Does keyed work once. The answer is written in the transaction that does the work: after a crash both are there or
 * neither is. Work that is refused leaves nothing behind, so that it may be tried again, mended, with the same key.
 */
export class Idempotency {
  /** What this process is doing. Between processes the database keeps the keys apart. */
  private readonly underWay = new Set<string>();

  constructor(
    private readonly transactions: Transactions,
    private readonly clock: Clock,
  ) {}

  /** @throws DoneBefore, IdempotencyKeyInUse, IdempotencyKeyReused */
  async write<Result>(once: Once<Result>, work: Work<Result>): Promise<Result> {
    if (this.underWay.has(once.key)) throw new IdempotencyKeyInUse();
    this.underWay.add(once.key);
    try {
      return await this.transactions.write((manager) => this.doOnce(once, work, manager));
    } finally {
      this.underWay.delete(once.key);
    }
  }

  private async doOnce<Result>(
    { key, request, answer }: Once<Result>,
    work: Work<Result>,
    manager: EntityManager,
  ): Promise<Result> {
    const keys = new IdempotencyKeyRepository(manager);
    await keys.hold(key);
    const now = this.clock.now();
    const expiry = new Date(now.getTime() - lifetime);
    const earlier = await keys.findOneBy({ key });
    if (earlier && earlier.creationDatetime > expiry) {
      throw earlier.request === request
        ? new DoneBefore(JSON.parse(earlier.answer) as object)
        : new IdempotencyKeyReused();
    }
    if (earlier) await keys.delete({ key });
    await keys.forgetUntil(expiry);
    const result = await work(manager);
    await keys.insert({ key, request, answer: JSON.stringify(answer(result)), creationDatetime: now });
    return result;
  }
}
