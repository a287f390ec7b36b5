import { maxId } from '../dto/path-id.js';
import { deprecationHeaders } from './deprecation.js';

const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength }) as const;

/** All response headers, except those that any HTTP server sends. Operations refer to them by name. */
export const headers = {
  'X-Request-Id': {
    description: "Identifies the request in the service's log: the client's X-Request-Id, or a generated one.",
    required: true,
    schema: { ...text(128), pattern: '^[\\w.:-]+$' },
    example: 'b2f7c1de-8d4e-4f7a-9a35-6c1f4f3f8a10',
  },
  Location: {
    description: 'URL of the created or redirected resource.',
    required: true,
    schema: { ...text(200), format: 'uri-reference' },
    example: '/movie_rents/1',
  },
  ETag: {
    description:
      'Strong entity tag of the response, for If-None-Match and If-Match (RFC 9110). If-Match of an edit ignores members that edits cannot change.',
    required: true,
    schema: { ...text(64), pattern: '^"[\\w.;-]+"$' },
    example: '"2Wn9nYq0iLqkC4mYVbV7Yg"',
  },
  'Cache-Control': {
    description: 'Clients may cache the response but must revalidate it before use.',
    required: true,
    schema: text(200),
    example: 'private, no-cache',
  },
  'No-Store': {
    description: 'The response must not be cached.',
    required: true,
    schema: { type: 'string', const: 'no-store' },
    example: 'no-store',
  },
  Link: {
    description: 'Links to the first, previous and next page, if they exist (RFC 8288).',
    required: true,
    schema: text(20_000),
    example: '</movies?limit=50>; rel="first"',
  },
  'X-Total-Count': {
    description: 'Number of rows on all pages, with include_total=true.',
    schema: { type: 'integer', format: 'int32', minimum: 0, maximum: maxId },
    example: 42,
  },
  'Retry-After': {
    description: 'Seconds to wait before a retry.',
    required: true,
    schema: { type: 'integer', format: 'int32', minimum: 1, maximum: 3600 },
    example: 1,
  },
  'Idempotency-Replayed': {
    description: 'Present if this is the stored response of an earlier request with the same Idempotency-Key.',
    schema: { type: 'string', const: 'true' },
    example: 'true',
  },
  Allow: {
    description: 'Methods that the resource supports.',
    required: true,
    schema: text(200),
    example: 'GET, HEAD, OPTIONS, POST',
  },
  'WWW-Authenticate': {
    description:
      'How to authenticate (RFC 6750): `Bearer`, with `error` and the missing `scope` if a credential was sent.',
    required: true,
    schema: text(500),
    example: 'Bearer error="insufficient_scope", scope="rentals:write"',
  },
  Accept: {
    description: 'Supported media types of the request body.',
    schema: text(200),
    example: 'application/json',
  },
  Deprecation: {
    description: 'Time of deprecation, as a Unix timestamp after @ (RFC 9745).',
    schema: { ...text(20), pattern: '^@\\d+$' },
    example: deprecationHeaders.Deprecation,
  },
  Sunset: {
    description: 'Time after which the operation may be removed (RFC 8594).',
    schema: text(40),
    example: deprecationHeaders.Sunset,
  },
  RateLimit: {
    description:
      'Requests that the caller has left, and the seconds until all are available again, if requests are limited.',
    schema: text(100),
    example: '"default";r=599;t=60',
  },
  'RateLimit-Policy': {
    description: 'Number of requests that a caller may make, and the window in seconds, if requests are limited.',
    schema: text(100),
    example: '"default";q=600;w=60',
  },
  Vary: {
    description: 'Request headers that the response depends on.',
    schema: text(200),
    example: 'Accept',
  },
} as const;

export type HeaderName = keyof typeof headers;

/** The headers of every response of a service that limits requests. */
export const rateLimitHeaders = ['RateLimit', 'RateLimit-Policy'] as const satisfies readonly HeaderName[];

export const headerRefs = (names: readonly HeaderName[]): Record<string, { $ref: string }> =>
  Object.fromEntries(
    names.map((name) => [name === 'No-Store' ? 'Cache-Control' : name, { $ref: `#/components/headers/${name}` }]),
  );
