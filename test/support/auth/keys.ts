import type { Test } from 'supertest';
import type { Api } from '../app.js';
import { openShop } from '../app.js';
import { runCommand } from '../command.js';
import { freshDatabase } from '../engine.js';

/** All scopes but `self`, by which a caller may do everything. */
export const everyScope =
  'catalog:read,catalog:write,clients:read,clients:write,rentals:read,rentals:write,reports:read,admin';

/** The secret of a token, which may contain underscores itself. */
export const secretOf = (token: string): string => token.replace(/^mr_\d+_/, '');

let serial = 0;

/** Runs `npm run keys`, and returns what it prints on stdout. @throws what it prints on stderr */
export async function keys(databaseUrl: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand('keys', { DATABASE_URL: databaseUrl }, args);
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
}

/** Creates a key, and returns its token. */
export function createKey(databaseUrl: string, scopes: string, ...rest: readonly string[]): Promise<string> {
  return keys(databaseUrl, 'create', '--name', `key-${++serial}`, '--scopes', scopes, ...rest);
}

const methods = ['get', 'post', 'put', 'patch', 'delete', 'options', 'head'] as const;

/** Returns the API of a caller with a credential. */
export function withToken(api: Api, token: string): Api {
  const authorized = methods.map((method) => [
    method,
    (path: string): Test => api[method](path).set('Authorization', `Bearer ${token}`),
  ]);
  return Object.assign(Object.create(api) as Api, Object.fromEntries(authorized));
}

/** Opens a service with authentication, on a new database, with a key that may do everything. */
export async function openSecuredShop(circumstances: Parameters<typeof openShop>[0] = {}) {
  const database = await freshDatabase();
  const token = await createKey(database.url, everyScope);
  const shop = await openShop({ databaseUrl: database.url, credential: token, ...circumstances });
  return {
    ...shop,
    token,
    /** The API of the caller that may do everything. */
    admin: withToken(shop.api, token),
    createKey: (scopes: string, ...rest: readonly string[]) => createKey(database.url, scopes, ...rest),
    async close() {
      await shop.close();
      await database.drop();
    },
  };
}
