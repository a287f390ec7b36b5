import { type EntityManager, In, IsNull } from 'typeorm';
import type { Change } from '../../events/change.js';
import { ApiKey } from './api-key.entity.js';
import { keyRevoked } from './key-events.js';

type ApiKeyFields = Omit<ApiKey, 'id' | 'isUsableAt'>;

export class ApiKeyRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Returns all keys, also those that can no longer be used, in the order of their creation. */
  list(): Promise<ApiKey[]> {
    return this.manager.find(ApiKey, { order: { id: 'ASC' } });
  }

  /** Returns the keys of customers who are one of these clients, also those that can no longer be used. */
  listOf(clientIds: readonly number[]): Promise<ApiKey[]> {
    return this.manager.find(ApiKey, { where: { clientId: In([...clientIds]) }, order: { id: 'ASC' } });
  }

  /** Returns the keys with a name that can be used at `now`. */
  async findUsable(name: string, now: Date): Promise<ApiKey[]> {
    const keys = await this.manager.find(ApiKey, { where: { name }, order: { id: 'ASC' } });
    return keys.filter((key) => key.isUsableAt(now));
  }

  async create(fields: ApiKeyFields): Promise<ApiKey> {
    const key = this.manager.create(ApiKey, fields);
    await this.manager.insert(ApiKey, key);
    return key;
  }

  async revoke(keys: readonly ApiKey[], now: Date): Promise<void> {
    const ids = keys.map(({ id }) => id);
    if (ids.length > 0) await this.manager.update(ApiKey, ids, { revokedDatetime: now });
  }

  /** Revokes the keys of customers who are one of these clients. @returns the changes to record */
  async revokeOf(clientIds: readonly number[], now: Date): Promise<Change[]> {
    const where = { clientId: In([...clientIds]), revokedDatetime: IsNull() };
    const keys = await this.manager.find(ApiKey, { where, order: { id: 'ASC' } });
    await this.revoke(keys, now);
    return keys.map((key) => keyRevoked(key, now));
  }

  /** Lets keys expire at an instant, unless they expire earlier, and returns those that are changed, as they were. */
  async limit(keys: readonly ApiKey[], expiryDatetime: Date): Promise<ApiKey[]> {
    const later = keys.filter((key) => key.isUsableAt(expiryDatetime));
    const ids = later.map(({ id }) => id);
    if (ids.length > 0) await this.manager.update(ApiKey, ids, { expiryDatetime });
    return later;
  }
}
