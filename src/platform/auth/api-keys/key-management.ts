import type { Clock } from '../../../kernel/clock.js';
import type { Scope } from '../../../kernel/command.js';
import type { UnitOfWork } from '../../database/unit-of-work.js';
import type { ApiKey } from './api-key.entity.js';
import { ApiKeyRepository } from './api-key.repository.js';
import { digestOf, newSecret, tokenOf } from './api-key-token.js';

const repositories = { keys: ApiKeyRepository };

/** The options of a new key. */
export interface KeyOrder {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly clientId: number | null;
  /** Milliseconds from its creation; null: the key does not expire. */
  readonly lifetimeMs: number | null;
}

/** A key that cannot be created, rotated or revoked. The message says why. */
export class KeyRefused extends Error {}

/** Creates, rotates and revokes API keys, for the operator. */
export class KeyManagement {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  list(): Promise<ApiKey[]> {
    return this.unitOfWork.run(repositories, ({ keys }) => keys.list());
  }

  /**
   * @returns the token, which is not stored
   * @throws KeyRefused
   */
  create({ name, scopes, clientId, lifetimeMs }: KeyOrder): Promise<string> {
    return this.unitOfWork.run(repositories, async ({ keys }) => {
      const now = this.clock.now();
      const others = await keys.findUsable(name, now);
      if (others.length > 0) throw new KeyRefused(`There is a key named ${name}. Rotate it, or choose another name.`);
      return issue(keys, { name, scopes, clientId, lifetimeMs }, now);
    });
  }

  /**
   * Replaces a key by a new one with the same name, scopes and lifetime.
   * @param overlapMs how long the former key can still be used
   * @returns the token, which is not stored
   * @throws KeyRefused
   */
  rotate(name: string, overlapMs: number): Promise<string> {
    return this.unitOfWork.run(repositories, async ({ keys }) => {
      const now = this.clock.now();
      const former = await usable(keys, name, now);
      const { scopes, clientId, creationDatetime, expiryDatetime } = former.at(-1)!;
      const lifetimeMs = expiryDatetime && expiryDatetime.getTime() - creationDatetime.getTime();
      const ids = former.map(({ id }) => id);
      if (overlapMs === 0) await keys.revoke(ids, now);
      else await keys.limit(ids, new Date(now.getTime() + overlapMs));
      return issue(keys, { name, scopes, clientId, lifetimeMs }, now);
    });
  }

  /** Revokes all keys with a name. @throws KeyRefused */
  revoke(name: string): Promise<void> {
    return this.unitOfWork.run(repositories, async ({ keys }) => {
      const now = this.clock.now();
      const former = await usable(keys, name, now);
      await keys.revoke(
        former.map(({ id }) => id),
        now,
      );
    });
  }
}

async function usable(keys: ApiKeyRepository, name: string, now: Date): Promise<ApiKey[]> {
  const found = await keys.findUsable(name, now);
  if (found.length === 0) throw new KeyRefused(`There is no usable key named ${name}. See npm run keys -- list.`);
  return found;
}

async function issue(keys: ApiKeyRepository, order: KeyOrder, now: Date): Promise<string> {
  const secret = newSecret();
  const { name, scopes, clientId, lifetimeMs } = order;
  const { id } = await keys.create({
    name,
    digest: digestOf(secret),
    scopes,
    clientId,
    creationDatetime: now,
    expiryDatetime: lifetimeMs === null ? null : new Date(now.getTime() + lifetimeMs),
    revokedDatetime: null,
  });
  return tokenOf({ id, secret });
}
