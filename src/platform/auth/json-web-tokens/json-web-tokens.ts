import { hash } from 'node:crypto';
import { errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../../kernel/clock.js';
import type { Principal } from '../../../kernel/command.js';
import type { Environment } from '../../config/environment.js';
import { principalOf } from './claims.js';
import { remoteKeys } from './remote-keys.js';

/** Asymmetric algorithms only: a symmetric one would let every reader of the issuer's public key sign tokens. */
const algorithms = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');
/** Tolerated difference between the clocks of the issuer and the service. */
const maxSkewSeconds = 60;
/** How long a verified token is cached. */
const cacheLifetimeMs = 30_000;
const maxCachedTokens = 1_000;

interface KnownToken {
  readonly principal: Principal;
  readonly expiresAtMs: number;
}

type Settings = Pick<Environment, 'JWT_ISSUER' | 'JWT_AUDIENCE' | 'JWT_JWKS_URL'>;

/** JSON Web Tokens of one issuer. A warm check costs a digest and a lookup in memory. */
export class JsonWebTokens {
  readonly isConfigured: boolean;
  private readonly known = new LRUCache<string, KnownToken>({ max: maxCachedTokens, ttl: cacheLifetimeMs });

  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly keyOf = keysOf(settings),
  ) {
    this.isConfigured = keyOf !== undefined;
  }

  /**
   * Returns the caller of a valid token, otherwise undefined.
   * @throws ServiceUnavailable if the keys of the issuer are needed and cannot be fetched
   */
  verify(token: string): Principal | undefined | Promise<Principal | undefined> {
    if (!this.keyOf || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return undefined;
    // Tokens are secrets, and the size of the cache must not depend on their length.
    const digest = hash('sha256', token, 'base64url');
    const known = this.known.get(digest);
    if (known && this.clock.now().getTime() < known.expiresAtMs) return known.principal;
    return this.check(token, digest, this.keyOf);
  }

  private async check(token: string, digest: string, keyOf: JWTVerifyGetKey): Promise<Principal | undefined> {
    try {
      const { payload } = await jwtVerify(token, keyOf, {
        algorithms,
        issuer: this.settings.JWT_ISSUER,
        audience: this.settings.JWT_AUDIENCE,
        requiredClaims: ['exp'],
        clockTolerance: maxSkewSeconds,
        currentDate: this.clock.now(),
      });
      const principal = principalOf(payload);
      const expiresAtMs = (payload.exp! + maxSkewSeconds) * 1000;
      if (principal) this.known.set(digest, { principal, expiresAtMs });
      return principal;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }
}

const keysOf = ({ JWT_JWKS_URL: url }: Settings): JWTVerifyGetKey | undefined =>
  url === '' ? undefined : remoteKeys(new URL(url));
