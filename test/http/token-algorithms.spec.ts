import { type CryptoKey, generateKeyPair, SignJWT } from 'jose';
import { Clock } from '../../src/kernel/clock.js';
import { JsonWebTokens } from '../../src/platform/auth/json-web-tokens/json-web-tokens.js';

const [issuer, audience] = ['https://id.example', 'movie-rental'];
const settings = { JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWT_JWKS_URL: '' };

/** Verifies a token, correct but for its algorithm, as if the set of the issuer had its key. */
async function verify(alg: string, signingKey: CryptoKey | Uint8Array, verifyingKey: CryptoKey | Uint8Array) {
  const token = await new SignJWT({ scope: 'catalog:read' })
    .setProtectedHeader({ alg })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject('clerk-7')
    .setExpirationTime('5m')
    .sign(signingKey);
  return new JsonWebTokens(settings, new Clock(), () => Promise.resolve(verifyingKey as CryptoKey)).verify(token);
}

describe('the algorithms of JSON Web Tokens', () => {
  it.each(['RS256', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA', 'Ed25519'])('include %s', async (alg) => {
    const { privateKey, publicKey } = await generateKeyPair(alg);
    expect(await verify(alg, privateKey, publicKey)).toMatchObject({ scopes: new Set(['catalog:read']) });
  });

  it.each(['HS256', 'HS384', 'HS512'])('do not include %s, whichever key its signature is by', async (alg) => {
    const secret = new Uint8Array(64).fill(7);
    expect(await verify(alg, secret, secret)).toBeUndefined();
  });
});
