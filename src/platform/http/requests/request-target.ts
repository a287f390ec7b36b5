import type { Principal } from '../../../kernel/command.js';
import type { DomainError } from '../../../kernel/domain-error.js';
import type { IdentifiedRequest } from './request-id.js';

/** The request target (RFC 9112 §3.2), parsed once when the request arrives. */
export interface RequestTarget {
  /** Path and query, for routing; or `*` of OPTIONS. */
  readonly url: string;
  readonly path: string;
  /** The authority of an absolute-form target. It replaces the Host header field (RFC 9112 §3.2.2). */
  readonly authority?: string;
}

/**
 * A request with the fields that the adapter sets. The target is undefined until it is parsed, and if it is malformed.
 */
export type ArrivedRequest = IdentifiedRequest & {
  target?: RequestTarget;
  /** Prefix of all links (PUBLIC_URL), without a trailing slash. */
  publicUrl: string;
  /** Undefined for a request without a credential. */
  principal?: Principal;
  /** Why the credential could not be checked now. The principal is then what was last known of it. */
  authenticationError?: DomainError;
  /** The client to whose data the request is limited. Set by the authorization of a customer. */
  customerId?: number;
};

/**
 * Browsers send `\` unencoded in a query, but never in a path, where some servers read it as `/`. Requests have no
 * fragments. Node rejects control characters, spaces and non-ASCII bytes earlier.
 */
const originForm = /^(\/[^\s\\?#]*)(\?[^\s#]*)?$/;
const absoluteForm = /^https?:\/\/([^\s\\/?#@]+)(\/[^\s\\?#]*)?(\?[^\s#]*)?$/i;

/** Returns undefined if the target is malformed, or its form is not allowed for the method. Never throws. */
export function parseRequestTarget(method: string, target: string): RequestTarget | undefined {
  const origin = originForm.exec(target);
  if (origin) return targetOf(origin[1]!, origin[2]);
  if (target === '*') return method === 'OPTIONS' ? serverTarget : undefined;
  const absolute = absoluteForm.exec(target);
  if (!absolute) return undefined;
  const [, authority, path, query] = absolute;
  // OPTIONS with an absolute-form without path is a request for the server, as `*` is (RFC 9112 §3.2.4).
  if (path === undefined && query === undefined && method === 'OPTIONS') return { ...serverTarget, authority };
  return { ...targetOf(path ?? '/', query), authority };
}

function targetOf(given: string, query = ''): RequestTarget {
  const path = given.includes('%') ? given.replace(/%[0-9a-f]{2}/gi, decodeUnreserved) : given;
  return { url: path + query, path };
}

/** Percent-encoded unreserved characters are equivalent to the characters (RFC 3986 §6.2.2.2). */
function decodeUnreserved(triplet: string): string {
  const character = String.fromCharCode(parseInt(triplet.slice(1), 16));
  return /[\w.~-]/.test(character) ? character : triplet;
}

const serverTarget: RequestTarget = { url: '*', path: '*' };

/** Whether the path is a health check of a load balancer or an orchestrator. */
export const isHealthPath = (path: string): boolean => /^\/health(\/|$)/.test(path);
