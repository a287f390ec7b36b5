import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
import { ServiceUnavailable } from '../../../kernel/domain-error.js';

/** Timeout of a fetch, including the body. */
const timeoutMs = 2_500;
/** Minimum interval of fetches for tokens whose key is not in the set. */
const cooldownMs = 30_000;
/** Age from which the set is renewed in the background. */
const freshMs = 10 * 60_000;
/** Far more than any issuer publishes. */
const maxBytes = 256 * 1024;

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
    [customFetch]: fetchBounded,
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

const unavailable = 'The token cannot be checked now: its issuer does not answer. Try again in a moment.';

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
