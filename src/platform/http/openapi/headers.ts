import { deprecationHeaders } from './deprecation.js';

const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength }) as const;

/** Every header an answer can carry beside those that any HTTP server sends. An operation names those it sends. */
export const headers = {
  'X-Request-Id': {
    description: "Names the request in the service's log: the caller's own X-Request-Id, or else a new one.",
    required: true,
    schema: { ...text(128), pattern: '^[\\w.:-]+$' },
    example: 'b2f7c1de-8d4e-4f7a-9a35-6c1f4f3f8a10',
  },
  Location: {
    description: 'Where it is found.',
    required: true,
    schema: { ...text(200), format: 'uri-reference' },
    example: '/movie_rents/1',
  },
  ETag: {
    description:
      'Changes whenever the answer does. For If-None-Match, and for If-Match of an edit, which disregards what edits cannot change (RFC 9110).',
    required: true,
    schema: { ...text(64), pattern: '^"[\\w.;-]+"$' },
    example: '"2Wn9nYq0iLqkC4mYVbV7Yg"',
  },
  'Cache-Control': {
    description: 'May be kept by the client, but has to be asked for again before it is used.',
    required: true,
    schema: text(200),
    example: 'private, no-cache',
  },
  'No-Store': {
    description: 'Problems are not to be kept.',
    required: true,
    schema: { type: 'string', const: 'no-store' },
    example: 'no-store',
  },
  Link: {
    description: 'The first, the previous and the next page, as far as there are any (RFC 8288).',
    required: true,
    schema: text(20_000),
    example: '</movies?limit=50>; rel="first"',
  },
  'X-Total-Count': {
    description: 'The rows on all pages together, where include_total asked for it.',
    schema: { type: 'integer', minimum: 0 },
    example: 42,
  },
  'Retry-After': {
    description: 'Seconds after which another try is worth it.',
    required: true,
    schema: { type: 'integer', format: 'int32', minimum: 1, maximum: 3600 },
    example: 1,
  },
  'Idempotency-Replayed': {
    description: 'Where this was done before, and is answered as it was then.',
    schema: { type: 'string', const: 'true' },
    example: 'true',
  },
  Allow: {
    description: 'The methods that are possible there.',
    required: true,
    schema: text(200),
    example: 'GET, HEAD, OPTIONS, POST',
  },
  Accept: {
    description: 'The type of body that is understood.',
    schema: text(200),
    example: 'application/json',
  },
  Deprecation: {
    description: 'Since when this spelling is deprecated: seconds since 1970 after an @ (RFC 9745).',
    schema: { ...text(20), pattern: '^@\\d+$' },
    example: deprecationHeaders.Deprecation,
  },
  Sunset: {
    description: 'From when on this spelling may be gone (RFC 8594).',
    schema: text(40),
    example: deprecationHeaders.Sunset,
  },
  Vary: {
    description: 'What else of a request the answer depends on.',
    schema: text(200),
    example: 'Accept',
  },
} as const;

export type HeaderName = keyof typeof headers;

export const headerRefs = (names: readonly HeaderName[]): Record<string, { $ref: string }> =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
