import type { Clock } from '../../../kernel/clock.js';
import type { Caller, Scope } from '../../../kernel/command.js';
import type { UnitOfWork } from '../../database/unit-of-work.js';
import type { Change } from '../../events/change.js';
import { EventRepository } from '../../events/event.repository.js';
import type { ApiKey } from './api-key.entity.js';
import { ApiKeyRepository } from './api-key.repository.js';
import { digestOf, newSecret, tokenOf } from './api-key-token.js';
import { keyCreated, keyLimited, keyRevoked } from './key-events.js';

const repositories = { keys: ApiKeyRepository, events: EventRepository };

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
    /** Named in the record of changes. */
    private readonly caller: Caller,
  ) {}

  list(): Promise<ApiKey[]> {
    return this.unitOfWork.run(repositories, ({ keys }) => keys.list());
  }

  /**
   * @returns the token, which is not stored
   * @throws KeyRefused
   */
  create({ name, scopes, clientId, lifetimeMs }: KeyOrder): Promise<string> {
    return this.unitOfWork.run(repositories, async ({ keys, events }) => {
      const now = this.clock.now();
      const others = await keys.findUsable(name, now);
      if (others.length > 0) throw new KeyRefused(`There is a key named ${name}. Rotate it, or choose another name.`);
      const { key, token } = await issue(keys, { name, scopes, clientId, lifetimeMs }, now);
      events.record(this.caller, keyCreated(key));
      return token;
    });
  }

  /**
   * Replaces a key by a new one with the same name, scopes and lifetime.
   * @param overlapMs how long the former key can still be used
   * @returns the token, which is not stored
   * @throws KeyRefused
   */
  rotate(name: string, overlapMs: number): Promise<string> {
    return this.unitOfWork.run(repositories, async ({ keys, events }) => {
      const now = this.clock.now();
      const former = await usable(keys, name, now);
      const { scopes, clientId, creationDatetime, expiryDatetime } = former.at(-1)!;
      const lifetimeMs = expiryDatetime && expiryDatetime.getTime() - creationDatetime.getTime();
      const ended = await end(keys, former, overlapMs, now);
      const { key, token } = await issue(keys, { name, scopes, clientId, lifetimeMs }, now);
      events.record(this.caller, ...ended, keyCreated(key));
      return token;
    });
  }

  /** Revokes all keys with a name. @throws KeyRefused */
  revoke(name: string): Promise<void> {
    return this.unitOfWork.run(repositories, async ({ keys, events }) => {
      const now = this.clock.now();
      events.record(this.caller, ...(await end(keys, await usable(keys, name, now), 0, now)));
    });
  }
}

async function usable(keys: ApiKeyRepository, name: string, now: Date): Promise<ApiKey[]> {
  const found = await keys.findUsable(name, now);
  if (found.length === 0) throw new KeyRefused(`There is no usable key named ${name}. See npm run keys -- list.`);
  return found;
}

async function issue(keys: ApiKeyRepository, order: KeyOrder, now: Date): Promise<{ key: ApiKey; token: string }> {
  const secret = newSecret();
  const { name, scopes, clientId, lifetimeMs } = order;
  const key = await keys.create({
    name,
    digest: digestOf(secret),
    scopes,
    clientId,
    creationDatetime: now,
    expiryDatetime: lifetimeMs === null ? null : new Date(now.getTime() + lifetimeMs),
    revokedDatetime: null,
  });
  return { key, token: tokenOf({ id: key.id, secret }) };
}

/** Ends keys, immediately or after an overlap, and returns the events to record. */
async function end(keys: ApiKeyRepository, former: readonly ApiKey[], overlapMs: number, now: Date): Promise<Change[]> {
  if (overlapMs === 0) {
    await keys.revoke(former, now);
    return former.map((key) => keyRevoked(key, now));
  }
  const expiryDatetime = new Date(now.getTime() + overlapMs);
  const limited = await keys.limit(former, expiryDatetime);
  return limited.map((key) => keyLimited(key, expiryDatetime, now));
}
