import { startEmbeddedPostgres } from '../../scripts/support/embedded-postgres.js';

/**
 * Starts a PostgreSQL for the tests, unless TEST_DATABASE_URL names one whose user may create databases.
 * Jest calls this once before the tests that need it; stop-postgres.ts is what it calls after them.
 */
export default async function startPostgres(): Promise<void> {
  if (process.env['TEST_DATABASE_URL']) return;
  const { url, stop } = await startEmbeddedPostgres(['fsync=off']);
  process.env['TEST_DATABASE_URL'] = url;
  Object.assign(globalThis, { stopPostgres: stop });
}
