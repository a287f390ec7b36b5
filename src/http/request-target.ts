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
const originForm = /^(\/[^\s\\?#]*)(?:\?[^\s#]*)?$/;
const absoluteForm = /^https?:\/\/([^\s\\/?#@]+)((?:\/[^\s\\?#]*)?(?:\?[^\s#]*)?)$/i;

/** Returns undefined if the target is malformed, or of a form that the method doesn't take. Never throws. */
export function parseRequestTarget(method: string, target: string): RequestTarget | undefined {
  const origin = originForm.exec(target);
  if (origin) return { url: target, path: origin[1]! };
  if (target === '*') return method === 'OPTIONS' ? serverTarget : undefined;
  const absolute = absoluteForm.exec(target);
  if (!absolute) return undefined;
  const [, authority, rest = ''] = absolute;
  // An absolute-form of OPTIONS without a path asks about the server, as `*` does (RFC 9112 §3.2.4).
  if (rest === '' && method === 'OPTIONS') return { ...serverTarget, authority };
  const url = rest.startsWith('/') ? rest : `/${rest}`;
  return { url, path: url.replace(/\?.*/, ''), authority };
}

const serverTarget: RequestTarget = { url: '*', path: '*' };

/** Whether a load balancer or an orchestrator asks how the instance is. */
export const isHealthPath = (path: string): boolean => /^\/health(\/|$)/.test(path);
