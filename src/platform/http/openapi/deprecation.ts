const since = new Date('2026-11-26T00:00:00Z');
const sunset = new Date('2028-01-01T00:00:00Z');

/** The headers of deprecated operations (RFC 9745, RFC 8594). */
export const deprecationHeaders = {
  Deprecation: `@${since.getTime() / 1000}`,
  Sunset: sunset.toUTCString(),
} as const;
