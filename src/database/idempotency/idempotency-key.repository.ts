import { type EntityManager, In, LessThanOrEqual, Repository } from 'typeorm';
import { IdempotencyKeyInUse } from '../../kernel/once.js';
import { IdempotencyKey } from './idempotency-key.entity.js';

/** Rows a unit of work forgets at most: more than it adds, so that they don't pile up, and few, so that it isn't held up. */
const mostForgotten = 5;

export class IdempotencyKeyRepository extends Repository<IdempotencyKey> {
  private readonly isPostgres: boolean;

  constructor(manager: EntityManager) {
    super(IdempotencyKey, manager, manager.queryRunner);
    this.isPostgres = manager.connection.options.type === 'postgres';
  }

  /**
   * Keeps the key to this unit of work until it ends. On SQLite writers take turns, and no other can hold it.
   * @throws IdempotencyKeyInUse
   */
  async hold(key: string): Promise<void> {
    if (!this.isPostgres) return;
    const [row] = await this.query<{ held: boolean }[]>(
      'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS held',
      [key],
    );
    if (!row!.held) throw new IdempotencyKeyInUse();
  }

  /** Forgets some of what is as old as `instant` or older, leaving to others what they are forgetting already. */
  async forgetUntil(instant: Date): Promise<void> {
    const old = this.createQueryBuilder('old')
      .select('old.key')
      .where({ creationDatetime: LessThanOrEqual(instant) })
      .orderBy('old.creationDatetime')
      .limit(mostForgotten);
    if (this.isPostgres) old.setLock('pessimistic_write').setOnLocked('skip_locked');
    const keys = (await old.getMany()).map(({ key }) => key);
    if (keys.length > 0) await this.delete({ key: In(keys) });
  }
}
