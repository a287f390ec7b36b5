import type { EntityManager } from 'typeorm';
import type { Clock } from '../../../kernel/clock.js';
import {
  IdempotentReplay,
  IdempotencyAnswerGone,
  IdempotencyKeyInUse,
  IdempotencyKeyReused,
  type IdempotentRequest,
} from '../../../kernel/idempotency.js';
import type { TransactionManager, Work } from '../engine/transaction-manager.js';
import type { Wait } from '../engine/wait-queue.js';
import type { IdempotencyKey } from './idempotency-key.entity.js';
import { packAnswer, unpackAnswer } from './stored-response.js';
import { IdempotencyKeyRepository } from './idempotency-key.repository.js';

/** How long a response is stored. */
const retentionMs = 24 * 60 * 60 * 1000;

/** Maximum number of keys deleted per transaction. */
const purgeBatchSize = 500;

/**
 * Runs idempotent requests. The response is stored in the transaction of the work, so both are durable or neither is.
 * A failed request stores nothing: a corrected request may use the same key.
 */
export class IdempotentTransactions {
  /** The keys in use in this process. Between processes, an advisory lock guards each key. */
  private readonly inProgress = new Set<string>();

  constructor(
    private readonly transactions: TransactionManager,
    private readonly clock: Clock,
  ) {}

  /** @throws IdempotentReplay, IdempotencyAnswerGone, IdempotencyKeyInUse, IdempotencyKeyReused */
  async write<Result>(once: IdempotentRequest<Result>, work: Work<Result>, wait: Wait): Promise<Result> {
    try {
      return await this.writeAlone(once, work, wait);
    } catch (error) {
      // The request that holds the key may be a retry itself: then the stored response is replayed to both.
      if (error instanceof IdempotencyKeyInUse) {
        await this.transactions.read((manager) => this.assertNotDone(once, manager), wait);
      }
      throw error;
    }
  }

  /** @throws IdempotentReplay, IdempotencyKeyReused */
  async assertNotDone(once: IdempotentRequest<never>, manager: EntityManager): Promise<void> {
    await this.refuseDone(once, manager);
  }

  private async writeAlone<Result>(once: IdempotentRequest<Result>, work: Work<Result>, wait: Wait): Promise<Result> {
    if (this.inProgress.has(once.key)) throw new IdempotencyKeyInUse();
    this.inProgress.add(once.key);
    try {
      return await this.transactions.write((manager) => this.runIdempotent(once, work, manager), wait);
    } finally {
      this.inProgress.delete(once.key);
    }
  }

  private async runIdempotent<Result>(
    once: IdempotentRequest<Result>,
    work: Work<Result>,
    manager: EntityManager,
  ): Promise<Result> {
    const { key, request } = once;
    const keys = new IdempotencyKeyRepository(manager);
    await keys.hold(key);
    const expired = await this.refuseDone(once, manager);
    if (expired) await keys.delete(key);
    const result = await work(manager);
    const answer = once.responseOf(result);
    const resource = once.resourceOf(answer);
    const creationDatetime = this.clock.now();
    await keys.create({ key, request, answer: packAnswer(JSON.stringify(answer)), resource, creationDatetime });
    return result;
  }

  /**
   * @returns the expired record of this key, if there is one
   * @throws IdempotentReplay, IdempotencyAnswerGone, IdempotencyKeyReused
   */
  private async refuseDone(
    { key, request }: IdempotentRequest<never>,
    manager: EntityManager,
  ): Promise<IdempotencyKey | null> {
    const earlier = await new IdempotencyKeyRepository(manager).find(key);
    if (!earlier || earlier.creationDatetime <= this.expiry()) return earlier;
    const isErased = earlier.request === '';
    if (earlier.request !== request && !isErased) throw new IdempotencyKeyReused();
    const answer = unpackAnswer(earlier.answer);
    throw answer ? new IdempotentReplay(answer) : new IdempotencyAnswerGone(earlier.resource ?? '');
  }

  /**
   * Deletes a batch of expired keys in a transaction of its own, so that no lock is held for long.
   * @returns whether more may be left
   */
  async purge(wait: Wait): Promise<boolean> {
    const deleted = await this.transactions.write(
      (manager) => new IdempotencyKeyRepository(manager).deleteUntil(this.expiry(), purgeBatchSize),
      wait,
    );
    return deleted === purgeBatchSize;
  }

  private expiry(): Date {
    return new Date(this.clock.now().getTime() - retentionMs);
  }
}
