import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { CompactSign, exportJWK, exportSPKI, generateKeyPair, type JWK, UnsecuredJWT } from 'jose';
import { openShop, type RunningShop } from '../support/app.js';
import { withToken } from '../support/auth/keys.js';
import { refused } from '../support/http/problem.js';
import { audience, issuerName, startIssuer } from '../support/auth/token-issuer.js';

const seconds = () => Math.floor(Date.now() / 1000);

/** An issuer of tokens and a shop that trusts it, for all tests of a group. */
function useIssuer() {
  const trusted = {} as {
    issuer: Awaited<ReturnType<typeof startIssuer>>;
    shop: RunningShop;
  };
  beforeAll(async () => {
    trusted.issuer = await startIssuer();
    trusted.shop = await openShop({ environment: trusted.issuer.environment });
  });
  afterAll(async () => {
    await trusted.shop.close();
    await trusted.issuer.close();
  });
  return trusted;
}

describe('JSON Web Tokens', () => {
  const trusted = useIssuer();

  const get = (token: string, path = '/movies') => withToken(trusted.shop.api, token).get(path);
  const status = async (token: string, path?: string) => (await get(token, path)).status;
  type Options = Parameters<typeof trusted.issuer.token>[0];
  const statusOf = async (options: Options) => status(await trusted.issuer.token(options));

  it('authenticate a person, with the scopes of the claim scope', async () => {
    expect(await statusOf({})).toBe(200);
    const token = await trusted.issuer.token({ claims: { scope: 'clients:read unknown:scope' } });
    expect(await status(token, '/clients')).toBe(200);
    await refused(get(token), 403, 'forbidden');
    await refused(trusted.shop.api.get('/movies'), 401, 'unauthorized');
  });

  it('are refused without a known audience, issuer and expiry, and with a tolerance of 60 s', async () => {
    const now = seconds();
    const found = {
      'foreign issuer': await statusOf({ claims: { iss: 'https://evil.example' } }),
      'issuer with a slash': await statusOf({ claims: { iss: `${issuerName}/` } }),
      'no issuer': await statusOf({ without: ['iss'] }),
      'foreign audience': await statusOf({ claims: { aud: 'payroll' } }),
      'no audience': await statusOf({ without: ['aud'] }),
      'one of several audiences': await statusOf({ claims: { aud: ['payroll', audience] } }),
      expired: await statusOf({ claims: { exp: now - 90 } }),
      'expired within the tolerance': await statusOf({ claims: { exp: now - 30 } }),
      'no expiry': await statusOf({ without: ['exp'] }),
      'expiry as text': await statusOf({ claims: { exp: String(now + 300) as unknown as number } }),
      'not valid yet': await statusOf({ claims: { nbf: now + 90 } }),
      'not valid yet, within the tolerance': await statusOf({ claims: { nbf: now + 30 } }),
      'no subject': await statusOf({ without: ['sub'] }),
    };
    const accepted = Object.entries(found).flatMap(([name, code]) => (code === 200 ? [name] : []));
    expect(accepted).toEqual([
      'one of several audiences',
      'expired within the tolerance',
      'not valid yet, within the tolerance',
    ]);
    expect(new Set(Object.values(found))).toEqual(new Set([200, 401]));
  });

  it('are refused after they expire, also if they were verified before', async () => {
    const token = await trusted.issuer.token({});
    expect(await status(token)).toBe(200);
    trusted.shop.clock.set(new Date(Date.now() + 400_000).toISOString());
    expect(await status(token)).toBe(401);
    trusted.shop.clock.run();
  });

  it('are refused without a signature (alg none)', async () => {
    const unsecured = new UnsecuredJWT({ scope: 'admin', sub: 'x' })
      .setIssuer(issuerName)
      .setAudience(audience)
      .setExpirationTime('5m')
      .encode();
    const [header, payload, signature] = (await trusted.issuer.token({})).split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    for (const token of [
      unsecured,
      `${unsecured}x`,
      `${none}.${payload}.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${Buffer.from('{"alg":"NoNe","kid":"current"}').toString('base64url')}.${payload}.${signature}`,
    ]) {
      expect(await status(token)).toBe(401);
    }
  });

  it('are refused with a symmetric algorithm and the public key as its secret (algorithm confusion)', async () => {
    const pem = await exportSPKI(trusted.issuer.publicKey);
    const jwk = JSON.stringify(await exportJWK(trusted.issuer.publicKey));
    for (const secret of [pem, pem.trim(), jwk, '']) {
      const key = new TextEncoder().encode(secret.padEnd(32, ' '));
      expect(await statusOf({ header: { alg: 'HS256' }, key })).toBe(401);
    }
    const key = new Uint8Array(32).fill(7);
    trusted.issuer.keys.push({ kty: 'oct', kid: 'shared', alg: 'HS256', k: Buffer.from(key).toString('base64url') });
    const another = await openShop({ environment: trusted.issuer.environment });
    const token = await trusted.issuer.token({ header: { alg: 'HS256', kid: 'shared' }, key });
    expect((await withToken(another.api, token).get('/movies')).status).toBe(401);
    await another.close();
    trusted.issuer.keys.pop();
  });

  it('are refused if they were changed, or signed by another key', async () => {
    const [header, , signature] = (await trusted.issuer.token({})).split('.');
    const [, payload] = (await trusted.issuer.token({ claims: { scope: 'admin' } })).split('.');
    expect(await status(`${header}.${payload}.${signature}`)).toBe(401);
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const jwk = await exportJWK(publicKey);
    const fetches = trusted.issuer.fetches;
    for (const header of [
      {},
      { kid: undefined },
      { kid: '../../../dev/null' },
      { kid: "' OR 1=1 --" },
      { kid: 'https://evil.example/jwks.json' },
      { kid: 'x'.repeat(5_000) },
      { jwk },
      { jku: 'https://evil.example/jwks.json' },
      { x5u: 'https://evil.example/certificate.pem' },
    ]) {
      expect(await statusOf({ header, key: privateKey })).toBe(401);
    }
    // The set was fetched a moment ago: unknown keys cause no further fetches.
    expect(trusted.issuer.fetches).toBe(fetches);
    expect(await statusOf({ header: { crit: ['unknown'], unknown: 1 } })).toBe(401);
    expect(await statusOf({ header: { unknown: 1 } })).toBe(200);
  });

  it('authenticate a customer by the scope self and the claim client_id together', async () => {
    const { body: client } = await withToken(
      trusted.shop.api,
      await trusted.issuer.token({ claims: { scope: 'clients:write' } }),
    )
      .post('/clients')
      .send({ first_name: 'Alvin', last_name: 'Straight', address: '12 Mower Lane' });
    const own = `/clients/${client.id}`;
    expect(await status(await trusted.issuer.token({ claims: { scope: 'self', client_id: client.id } }), own)).toBe(
      200,
    );
    const text = await trusted.issuer.token({
      claims: { scope: 'self', client_id: String(client.id) },
      without: ['sub'],
    });
    expect(await status(text, own)).toBe(200);
    for (const client_id of [undefined, 0, -1, 1.5, '01', '1 OR 1=1', 2 ** 31, [client.id], { id: client.id }]) {
      expect(await status(await trusted.issuer.token({ claims: { scope: 'self', client_id } }), own)).toBe(401);
    }
    expect(await status(await trusted.issuer.token({ claims: { client_id: client.id } }), own)).toBe(403);
  });

  it.each(['[]', 'null', '1', '"catalog:read"'])('are refused if their claims are %s', async (claims) => {
    const { privateKey } = await generateKeyPair('RS256');
    const token = await new CompactSign(Buffer.from(claims))
      .setProtectedHeader({ alg: 'RS256', kid: 'current' })
      .sign(privateKey);
    expect(await status(token)).toBe(401);
  });
});

/** What a key set may contain that verifies no signature (RFC 7517, section 5). */
const unusableKeys: Record<string, JWK | null> = {
  'a weak RSA key': jwkOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey),
  'a private key': jwkOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
  'an RSA key without a modulus': { kty: 'RSA', kid: 'unusable', n: '!!!', e: 'AQAB' },
  'a point that is not on the curve': { kty: 'EC', kid: 'unusable', crv: 'P-256', x: 'AQ', y: 'AQ' },
  'a key of an unknown type': { kty: 'lattice', kid: 'unusable' },
  'a key without a type': { kid: 'unusable' },
  'no object': null,
};

function jwkOf(key: KeyObject): JWK {
  return { ...(key.export({ format: 'jwk' }) as JWK), kid: 'unusable' };
}

describe('JSON Web Tokens, of an issuer with other keys as well', () => {
  const trusted = useIssuer();
  type Options = Parameters<typeof trusted.issuer.token>[0];

  it.each(['RS256', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'])(
    'are accepted with a key for %s, whether or not it names the algorithm',
    async (alg) => {
      const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
      const jwk = await exportJWK(publicKey);
      trusted.issuer.keys.push({ ...jwk, kid: 'named', alg }, { ...jwk, kid: 'not named' });
      const shop = await openShop({ environment: trusted.issuer.environment });
      for (const kid of ['named', 'not named']) {
        const token = await trusted.issuer.token({ header: { alg, kid }, key: privateKey });
        expect((await withToken(shop.api, token).get('/movies')).status).toBe(200);
      }
      await shop.close();
      trusted.issuer.keys.splice(-2);
    },
  );

  it.each(Object.keys(unusableKeys))('are refused if they name %s, and accepted with the other keys', async (name) => {
    trusted.issuer.keys.push(unusableKeys[name]!);
    const shop = await openShop({ environment: trusted.issuer.environment });
    const status = async (options: Options) =>
      (await withToken(shop.api, await trusted.issuer.token(options)).get('/movies')).status;
    const { privateKey } = await generateKeyPair('ES256');
    const found = [
      await status({}),
      await status({ header: { kid: 'unusable' } }),
      await status({ header: { kid: 'unusable', alg: 'ES256' }, key: privateKey }),
    ];
    await shop.close();
    trusted.issuer.keys.pop();
    expect(found).toEqual([200, 401, 401]);
  });
});

describe('JSON Web Tokens, while the key set is unavailable', () => {
  const trusted = useIssuer();

  it.each(['down', 'silent', 'endless', 'too large', 'redirecting', 'not JSON', 'no key set', 'failing'] as const)(
    'get 503 if no key is known and its server is %s, except on public operations',
    async (mode) => {
      trusted.issuer.mode = mode;
      const caller = withToken(trusted.shop.api, await trusted.issuer.token({}));
      const answer = await caller.get('/movies');
      expect(answer.status).toBe(503);
      expect(answer.headers['retry-after']).toBe('1');
      expect(answer.text).not.toMatch(/ECONN|127\.0\.0\.1|jwks/);
    },
  );

  it('are accepted with known keys, once they were fetched', async () => {
    trusted.issuer.mode = 'down';
    expect((await withToken(trusted.shop.api, await trusted.issuer.token({})).get('/version')).status).toBe(200);
    trusted.issuer.mode = 'up';
    expect((await withToken(trusted.shop.api, await trusted.issuer.token({})).get('/movies')).status).toBe(200);
    trusted.issuer.mode = 'down';
    const fresh = await trusted.issuer.token({ claims: { jti: 'not seen before' } });
    expect((await withToken(trusted.shop.api, fresh).get('/movies')).status).toBe(200);
  });
});
