import { hash } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { type Principal, type Scope, scopes } from '../../../kernel/command.js';
import { maxId } from '../../http/dto/path-id.js';

const known: ReadonlySet<string> = new Set(scopes);

/** Returns the caller that the claims of a verified token describe; undefined if they describe none. */
export function principalOf({ sub, scope, client_id }: JWTPayload): Principal | undefined {
  const granted = typeof scope === 'string' ? scope.split(' ').filter((name) => known.has(name)) : [];
  const rights = new Set(granted as Scope[]);
  const clientId = rights.has('self') ? clientIdFrom(client_id) : undefined;
  if (rights.has('self') && clientId === undefined) return undefined;
  const name = clientId === undefined ? nameFrom(sub) : `customer:${clientId}`;
  return name === undefined ? undefined : { name, scopes: rights, ...(clientId !== undefined && { clientId }) };
}

function clientIdFrom(claim: unknown): number | undefined {
  const id = typeof claim === 'string' && /^[1-9]\d{0,9}$/.test(claim) ? Number(claim) : claim;
  return Number.isInteger(id) && Number(id) > 0 && Number(id) <= maxId ? Number(id) : undefined;
}

/** The record of changes must not contain personal data: a subject that may be an address or a name is hashed. */
function nameFrom(sub: unknown): string | undefined {
  if (typeof sub !== 'string' || sub === '') return undefined;
  return `user:${/^[\w.:|-]{1,100}$/.test(sub) ? sub : hash('sha256', sub, 'base64url').slice(0, 22)}`;
}
