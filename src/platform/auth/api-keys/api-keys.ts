import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../../kernel/clock.js';
import type { Principal, Scope } from '../../../kernel/command.js';
import { ServiceUnavailable } from '../../../kernel/domain-error.js';
import type { UnitOfWork } from '../../database/unit-of-work.js';
import { isDigestOf, parseApiKeyToken } from './api-key-token.js';

/** A key as it is stored. */
interface StoredKey {
  readonly id: number;
  readonly name: string;
  readonly digest: string;
  readonly scopes: string;
  readonly client_id: number | null;
  readonly expiry_datetime: string | null;
  readonly revoked_datetime: string | null;
}

interface KnownKey {
  readonly digest: Buffer;
  readonly principal: Principal;
  readonly expiresAtMs: number;
  readonly isRevoked: boolean;
}

/** Age from which the copy is renewed in the background. */
const freshMs = 1_000;
/** Maximum age of the copy that is used: a revoked key stops within it. */
const maxAgeMs = 4_000;
/** Minimum interval between two reads: many wrong keys cause few reads. */
const minIntervalMs = 20;
/** Minimum ratio of that interval to the duration of a read. */
const minIntervalRatio = 10;
/** Maximum time that an anonymous request waits for the database to confirm that no key exists. */
const maxWaitMs = 250;

/** The digest that the secret of an unknown key is compared with, for the same cost. */
const noDigest = Buffer.alloc(32);

const sql = 'SELECT id, name, digest, scopes, client_id, expiry_datetime, revoked_datetime FROM api_key ORDER BY id';

/**
 * The API keys, as a copy in memory that is at most four seconds old. A warm check costs a digest and no statement; the
 * copy is read on a separate connection, so that it waits in no queue behind slow reads. See docs/decisions/0048.
 */
export class ApiKeys {
  private keys: ReadonlyMap<number, KnownKey> = new Map();
  private readAtMs = -Infinity;
  private earliestReadMs = 0;
  private reading?: Promise<void>;

  constructor(
    private readonly unitOfWork: Pick<UnitOfWork, 'lookUp'>,
    private readonly clock: Clock,
  ) {}

  /**
   * Returns the caller of a valid key, otherwise undefined. A key is rejected by a copy that was read after the request
   * arrived: a new key works immediately. Unknown, wrong, expired and revoked keys take the same path.
   * @throws ServiceUnavailable
   */
  verify(token: string): Principal | undefined | Promise<Principal | undefined> {
    const { id, secret } = parseApiKeyToken(token) ?? {};
    if (id === undefined || secret === undefined) return undefined;
    const ageMs = performance.now() - this.readAtMs;
    const principal = ageMs > maxAgeMs ? undefined : this.check(id, secret);
    if (!principal) return this.readIfOlderThan(0).then(() => this.check(id, secret));
    if (ageMs > freshMs) this.readIfOlderThan(freshMs).catch(() => undefined);
    return principal;
  }

  /** As `verify`, by the copy as it is, for when it cannot be read. */
  lastKnown(token: string): Principal | undefined {
    const { id, secret } = parseApiKeyToken(token) ?? {};
    return id === undefined || secret === undefined ? undefined : this.check(id, secret);
  }

  /** Whether any key was ever created. Waits briefly for the database; if it is unavailable, the last read decides. */
  get exist(): boolean | Promise<boolean> {
    const ageMs = performance.now() - this.readAtMs;
    if (ageMs <= freshMs || this.keys.size > 0) return this.keys.size > 0;
    const read = this.readIfOlderThan(freshMs).catch(() => undefined);
    if (ageMs <= maxAgeMs) return false;
    return Promise.race([read, pause(maxWaitMs, undefined, { ref: false })]).then(() => this.keys.size > 0);
  }

  /**
   * Reads the keys again if the copy is older than `ageMs`. Concurrent calls share a read that began late enough.
   * @throws ServiceUnavailable
   */
  async readIfOlderThan(ageMs: number): Promise<void> {
    const earliestMs = performance.now() - ageMs;
    while (this.readAtMs < earliestMs) await (this.reading ??= this.read());
  }

  private async read(): Promise<void> {
    try {
      const waitMs = this.earliestReadMs - performance.now();
      if (waitMs > 0) await pause(waitMs, undefined, { ref: false });
      const startedAtMs = performance.now();
      const rows = await this.unitOfWork.lookUp<StoredKey>(sql);
      this.keys = new Map(rows.map((row) => [row.id, knownKey(row)]));
      this.readAtMs = startedAtMs;
      const endedAtMs = performance.now();
      this.earliestReadMs = endedAtMs + Math.max(minIntervalMs, (endedAtMs - startedAtMs) * minIntervalRatio);
    } catch (error) {
      throw error instanceof ServiceUnavailable ? error : new ServiceUnavailable(error);
    } finally {
      this.reading = undefined;
    }
  }

  private check(id: number, secret: string): Principal | undefined {
    const key = this.keys.get(id);
    const isRight = isDigestOf(key?.digest ?? noDigest, secret);
    const isUsable = key !== undefined && !key.isRevoked && this.clock.now().getTime() < key.expiresAtMs;
    return isRight && isUsable ? key.principal : undefined;
  }
}

function knownKey({ name, digest, scopes, client_id, expiry_datetime, revoked_datetime }: StoredKey): KnownKey {
  return {
    digest: Buffer.from(digest, 'base64url'),
    principal: {
      name: `key:${name}`,
      scopes: new Set(JSON.parse(scopes) as Scope[]),
      ...(client_id !== null && { clientId: client_id }),
    },
    expiresAtMs: expiry_datetime === null ? Infinity : Date.parse(expiry_datetime),
    isRevoked: revoked_datetime !== null,
  };
}
