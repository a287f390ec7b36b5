import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

export const issuerName = 'https://id.example';
export const audience = 'movie-rental';

/** How the server of the key set answers. */
type Mode = 'up' | 'down' | 'silent' | 'endless' | 'too large' | 'redirecting' | 'not JSON' | 'no key set' | 'failing';

interface TokenOptions {
  readonly claims?: JWTPayload;
  /** Names of claims to leave out. */
  readonly without?: readonly string[];
  readonly header?: object;
  readonly key?: CryptoKey | Uint8Array;
}

/** An issuer of tokens, with a key set that it serves over HTTP. */
export async function startIssuer() {
  const pair = await generateKeyPair('RS256', { extractable: true });
  const publicJwk: JWK = { ...(await exportJWK(pair.publicKey)), kid: 'current', alg: 'RS256', use: 'sig' };
  const keys: JWK[] = [publicJwk];
  const issuer = { mode: 'up' as Mode, fetches: 0 };
  const answers: Record<Mode, (response: ServerResponse) => void> = {
    up: (response) => response.end(JSON.stringify({ keys })),
    down: (response) => response.destroy(),
    silent: () => undefined,
    'too large': (response) => response.end(JSON.stringify({ keys, padding: 'x'.repeat(256 * 1024) })),
    endless: (response) => {
      response.write('{"keys":[],"padding":"');
      const fill = (): void => {
        while (!response.destroyed) if (!response.write('x'.repeat(65_536))) return void response.once('drain', fill);
      };
      fill();
    },
    redirecting: (response) => response.writeHead(302, { Location: '/elsewhere' }).end(),
    'not JSON': (response) => response.end('<html>'),
    'no key set': (response) => response.end('{"keys":"none"}'),
    failing: (response) => response.writeHead(500).end(JSON.stringify({ keys })),
  };
  const server = createServer((request, response) => {
    issuer.fetches++;
    if (request.url === '/elsewhere') response.end(JSON.stringify({ keys }));
    else answers[issuer.mode](response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
  return Object.assign(issuer, {
    keys,
    publicKey: pair.publicKey,
    environment: { JWT_ISSUER: issuerName, JWT_AUDIENCE: audience, JWT_JWKS_URL: url },
    /** Returns a token that is valid for five minutes, but for what the options change. */
    token({ claims = {}, without = [], header = {}, key = pair.privateKey }: TokenOptions = {}): Promise<string> {
      const now = Math.floor(Date.now() / 1000);
      const all = { iss: issuerName, aud: audience, sub: 'clerk-7', exp: now + 300, scope: 'catalog:read', ...claims };
      const payload = Object.fromEntries(Object.entries(all).filter(([name]) => !without.includes(name)));
      const jwt = new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'current', ...header });
      // The library signs a critical header (RFC 7515 §4.1.11) only if it is declared.
      return jwt.sign(key, { crit: { unknown: true } });
    },
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  });
}
