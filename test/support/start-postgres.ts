/** Jest takes this file outside of its own modules, where TypeScript can't be imported: what `npm run build` made can. */
const compiled = new URL('../../dist/scripts/support/embedded-postgres.js', import.meta.url).href;

/**
 * Starts a PostgreSQL for the tests, unless TEST_DATABASE_URL names one whose user may create databases.
 * Jest calls this once before the tests that need it; stop-postgres.ts is what it calls after them.
 */
export default async function startPostgres(): Promise<void> {
  if (process.env['TEST_DATABASE_URL']) return;
  const { startEmbeddedPostgres } = (await import(
    compiled
  )) as typeof import('../../scripts/support/embedded-postgres.js');
  const { url, stop } = await startEmbeddedPostgres(['fsync=off']);
  process.env['TEST_DATABASE_URL'] = url;
  Object.assign(globalThis, { stopPostgres: stop });
}
