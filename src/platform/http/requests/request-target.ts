import type { IdentifiedRequest } from './request-id.js';

/** The request target (RFC 9112 §3.2), parsed once when the request arrives. */
export interface RequestTarget {
  /** Path and query, which is what gets routed; or `*`, of OPTIONS. */
  readonly url: string;
  readonly path: string;
  /** The authority of an absolute-form target. It replaces the Host header field (RFC 9112 §3.2.2). */
  readonly authority?: string;
}

/** A request as the server passes it on. The target is undefined until it is parsed, and if it is malformed. */
export type ArrivedRequest = IdentifiedRequest & {
  target?: RequestTarget;
  /** What stands before the paths of all links (PUBLIC_URL), without a slash at its end. */
  publicUrl: string;
};

/**
 * Browsers send `\` in a query as it is, but never in a path, where some read it as `/`. A fragment belongs to no
 * request. Node has refused control characters, spaces and non-ASCII bytes before.
 */
const originForm = /^(\/[^\s\\?#]*)(\?[^\s#]*)?$/;
const absoluteForm = /^https?:\/\/([^\s\\/?#@]+)(\/[^\s\\?#]*)?(\?[^\s#]*)?$/i;

/** Returns undefined if the target is malformed, or of a form that the method doesn't take. Never throws. */
export function parseRequestTarget(method: string, target: string): RequestTarget | undefined {
  const origin = originForm.exec(target);
  if (origin) return targetOf(origin[1]!, origin[2]);
  if (target === '*') return method === 'OPTIONS' ? serverTarget : undefined;
  const absolute = absoluteForm.exec(target);
  if (!absolute) return undefined;
  const [, authority, path, query] = absolute;
  // An absolute-form of OPTIONS without a path asks about the server, as `*` does (RFC 9112 §3.2.4).
  if (path === undefined && query === undefined && method === 'OPTIONS') return { ...serverTarget, authority };
  return { ...targetOf(path ?? '/', query), authority };
}

function targetOf(given: string, query = ''): RequestTarget {
  const path = given.includes('%') ? given.replace(/%[0-9a-f]{2}/gi, decodeUnreserved) : given;
  return { url: path + query, path };
}

/** Unreserved characters mean the same whether they are percent-encoded or not (RFC 3986 §6.2.2.2). */
function decodeUnreserved(triplet: string): string {
  const character = String.fromCharCode(parseInt(triplet.slice(1), 16));
  return /[\w.~-]/.test(character) ? character : triplet;
}

const serverTarget: RequestTarget = { url: '*', path: '*' };

/** Whether a load balancer or an orchestrator asks how the instance is. */
export const isHealthPath = (path: string): boolean => /^\/health(\/|$)/.test(path);
