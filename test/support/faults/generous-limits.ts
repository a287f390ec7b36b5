/** Settings that no test runs into on a slow machine. Tests of a limit set that limit themselves. */
export const generousLimits = {
  MAX_WAITING: 100_000,
  WAIT_TIMEOUT_MS: 60_000,
  STATEMENT_TIMEOUT_MS: 600_000,
} as const;

/** The same as environment variables of a program. */
export const generousVariables = Object.fromEntries(
  Object.entries(generousLimits).map(([name, value]) => [name, String(value)]),
);

/** Adds a lock timeout of 10 minutes to the URL of a PostgreSQL database, unless the URL has one. */
export function withGenerousLockTimeout(databaseUrl: string): string {
  if (!databaseUrl.startsWith('postgres')) return databaseUrl;
  const url = new URL(databaseUrl);
  if (!url.searchParams.has('lock_timeout')) url.searchParams.set('lock_timeout', '600000');
  return url.href;
}
