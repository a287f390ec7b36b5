import type { ArrivedRequest } from '../requests/request-target.js';

const safeMethods = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Whether a page of an unlisted origin has a browser change something: cross-site request forgery. Browsers send such
 * requests without a preflight if they have no body, as for forms, and report their origin. Other programs report none.
 * @param allowedOrigins as in CORS_ORIGINS
 */
export function isForged({ method, headers, publicUrl }: ArrivedRequest, allowedOrigins: string): boolean {
  const { origin, host, 'sec-fetch-site': site } = headers;
  if (safeMethods.includes(method) || allowedOrigins === '*') return false;
  if (origin !== undefined && allowedOrigins.split(',').includes(origin)) return false;
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const own = [`http://${host}/`, `https://${host}/`, `${publicUrl}/`];
  return origin !== undefined && !own.some((url) => url.startsWith(`${origin}/`));
}
