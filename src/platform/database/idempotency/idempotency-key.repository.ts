import { type EntityManager, Repository } from 'typeorm';
import { IdempotencyKeyInUse } from '../../../kernel/idempotency.js';
import { IdempotencyKey } from './idempotency-key.entity.js';

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

  /** Erases the answers that show a resource. A retry learns that its request was carried out, and nothing else. */
  async eraseAnswers(resource: string): Promise<void> {
    await this.update({ resource }, { answer: '', request: '' });
  }

  /**
   * Deletes up to `limit` keys that are as old as `instant` or older, the oldest first, and leaves those that another
   * instance is deleting.
   * @returns how many
   */
  async deleteUntil(instant: Date, limit: number): Promise<number> {
    const placeholder = this.isPostgres ? '$1' : '?';
    const skipLocked = this.isPostgres ? 'FOR UPDATE SKIP LOCKED' : '';
    const { affected } = await this.queryRunner!.query(
      `DELETE FROM idempotency_key WHERE key IN (
         SELECT key FROM idempotency_key WHERE creation_datetime <= ${placeholder}
         ORDER BY creation_datetime LIMIT ${limit} ${skipLocked})`,
      [instant.toISOString()],
      true,
    );
    return affected ?? 0;
  }
}
