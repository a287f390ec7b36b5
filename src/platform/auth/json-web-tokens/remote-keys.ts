import { Logger } from '@nestjs/common';
import { createRemoteJWKSet, customFetch, errors, importJWK, type JWK, type JWTVerifyGetKey } from 'jose';
import { ServiceUnavailable } from '../../../kernel/domain-error.js';

/** Timeout of a fetch, including the body. */
const timeoutMs = 2_500;
/** Minimum interval of fetches for tokens whose key is not in the set. */
const cooldownMs = 30_000;
/** Age from which the set is renewed in the background. */
const freshMs = 10 * 60_000;
/** Far more than any issuer publishes. */
const maxBytes = 256 * 1024;

/** RFC 7518, section 3.3: jose verifies no signature with a smaller key. */
const minRsaBits = 2048;

/** By type or curve: an algorithm to import a key for that names none. */
const algorithms: Readonly<Record<string, string>> = {
  RSA: 'RS256',
  OKP: 'EdDSA',
  'P-256': 'ES256',
  'P-384': 'ES384',
  'P-521': 'ES512',
};

/** Errors of a token whose key the set does not have, or has more than once. */
const ofTokens = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];

/**
 * Returns the keys of an issuer, from its JSON Web Key Set (RFC 7517). The set is kept while its server is
 * unavailable: known keys stay valid, and a token that needs a fetch gets ServiceUnavailable. Redirects are not
 * followed.
 */
export function remoteKeys(url: URL): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(url, {
    timeoutDuration: timeoutMs,
    cooldownDuration: cooldownMs,
    // jose would refuse known keys while a set that is too old cannot be fetched.
    cacheMaxAge: Infinity,
    [customFetch]: fetchUsableKeys,
  });
  let renewedAtMs = performance.now();
  return async (header, token) => {
    if (performance.now() - renewedAtMs > freshMs) {
      renewedAtMs = performance.now();
      keys.reload().catch(() => undefined);
    }
    try {
      return await keys(header, token);
    } catch (error) {
      throw ofTokens.some((type) => error instanceof type) ? error : new ServiceUnavailable(error, unavailable);
    }
  };
}

const logger = new Logger('JsonWebTokens');

const unavailable = 'The token cannot be checked now: its issuer does not answer. Try again in a moment.';

/** Fetches a key set, and removes the keys that cannot be used: a token that names one has an unknown key. */
async function fetchUsableKeys(url: string, init: RequestInit): Promise<Response> {
  const response = await fetchBounded(url, init);
  if (response.status !== 200) return response;
  const set = (await response.json()) as { keys?: unknown } | null;
  if (!Array.isArray(set?.keys)) return Response.json(set);
  const keys = (await Promise.all(set.keys.map(async (key: JWK) => ((await isUsable(key)) ? [key] : [])))).flat();
  const unusable = set.keys.length - keys.length;
  if (unusable > 0) logger.warn(`${unusable} of ${set.keys.length} keys of the issuer of tokens cannot be used.`);
  return Response.json({ keys });
}

/** Whether a signature can be verified with a key. A set may contain others (RFC 7517, section 5). */
async function isUsable(jwk: JWK): Promise<boolean> {
  try {
    const key = await importJWK(jwk, jwk.alg ?? algorithms[jwk.kty ?? ''] ?? algorithms[jwk.crv ?? '']);
    if (key instanceof Uint8Array || key.type !== 'public') return false;
    const { modulusLength = minRsaBits } = key.algorithm as { modulusLength?: number };
    return modulusLength >= minRsaBits;
  } catch {
    return false;
  }
}

async function fetchBounded(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  if (response.status !== 200 || !response.body) return response;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxBytes) throw new Error(`The JSON Web Key Set is larger than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return new Response(Buffer.concat(chunks), { status: 200 });
}
