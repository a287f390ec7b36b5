import { type EntityManager, In } from 'typeorm';
import { dialectOf } from '../dialect/dialect.js';
import type { Dialect } from '../dialect/sql.js';
import { IdempotencyKeyInUse } from '../../../kernel/idempotency.js';
import { IdempotencyKey } from './idempotency-key.entity.js';
import { unpackAnswer } from './stored-response.js';

/** A stored response, the resource that it shows, and when it was sent first. */
export interface StoredResponse {
  readonly resource: string;
  readonly creationDatetime: Date;
  readonly response: object;
}

/** Maximum number of stored responses that are read at a time: each can have 1 MB. */
const maxResponses = 16;

export class IdempotencyKeyRepository {
  private readonly dialect: Dialect;

  constructor(private readonly manager: EntityManager) {
    this.dialect = dialectOf(manager.connection);
  }

  find(key: string): Promise<IdempotencyKey | null> {
    return this.manager.findOneBy(IdempotencyKey, { key });
  }

  async create(row: IdempotencyKey): Promise<void> {
    await this.manager.insert(IdempotencyKey, row);
  }

  async delete(key: string): Promise<void> {
    await this.manager.delete(IdempotencyKey, { key });
  }

  /**
   * Takes an advisory lock on the key until the unit of work ends. Not needed on SQLite, where writing units of work run
   * one after another.
   * @throws IdempotencyKeyInUse
   */
  async hold(key: string): Promise<void> {
    if (!this.dialect.needsLocks) return;
    const [row] = await this.manager.query<{ held: boolean }[]>(
      'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS held',
      [key],
    );
    if (!row!.held) throw new IdempotencyKeyInUse();
  }

  /** Erases the stored responses that show one of the resources. A retry then gets 409 idempotency-answer-gone. */
  async eraseAnswers(resources: readonly string[]): Promise<void> {
    if (resources.length === 0) return;
    await this.manager.update(IdempotencyKey, { resource: In([...resources]) }, { answer: '', request: '' });
  }

  /**
   * As `eraseAnswers`, of many resources.
   * @param paths a query that selects their paths
   */
  async eraseAnswersOf(paths: string, parameters: readonly unknown[]): Promise<void> {
    const sql = `UPDATE idempotency_key SET answer = '', request = '' WHERE resource IN (${paths})`;
    await this.manager.query(sql, [...parameters]);
  }

  /**
   * Reads the stored responses that show one of many resources.
   * @param paths a query that selects their paths
   */
  async *responsesOf(paths: string, parameters: readonly unknown[]): AsyncGenerator<StoredResponse[]> {
    const sql = `SELECT key FROM idempotency_key WHERE answer <> '' AND resource IN (${paths}) ORDER BY creation_datetime, key`;
    const rows = await this.manager.query<{ key: string }[]>(sql, [...parameters]);
    for (let start = 0; start < rows.length; start += maxResponses) {
      const keys = rows.slice(start, start + maxResponses).map(({ key }) => key);
      const order = { creationDatetime: 'ASC', key: 'ASC' } as const;
      const found = await this.manager.find(IdempotencyKey, { where: { key: In(keys) }, order });
      yield found.map(({ resource, creationDatetime, answer }) => ({
        resource: resource!,
        creationDatetime,
        response: unpackAnswer(answer)!,
      }));
    }
  }

  /**
   * Deletes up to `limit` keys created at or before `instant`, the oldest first. Skips keys that another instance is
   * deleting.
   * @returns the number of deleted keys
   */
  async deleteUntil(instant: Date, limit: number): Promise<number> {
    const { affected } = await this.manager.queryRunner!.query(
      `DELETE FROM idempotency_key WHERE key IN (
         SELECT key FROM idempotency_key WHERE creation_datetime <= ${this.dialect.placeholder(0)}
         ORDER BY creation_datetime LIMIT ${limit} ${this.dialect.skipLocked})`,
      [instant.toISOString()],
      true,
    );
    return affected ?? 0;
  }
}
