import { dataSourceOptions } from '../../ormconfig.js';
import { startEmbeddedPostgres } from '../../scripts/support/embedded-postgres.js';
import { withDatabase } from '../../src/platform/database/with-database.js';
import { freshDatabaseOn } from '../support/engine.js';

/**
 * The global setup on PostgreSQL: starts a server, unless TEST_DATABASE_URL names one, and migrates the template of the
 * tests' databases.
 */
export default async function startPostgres(): Promise<void> {
  const started = process.env['TEST_DATABASE_URL']
    ? undefined
    : await startEmbeddedPostgres(['fsync=off', 'max_wal_size=128MB']);
  const server = (process.env['TEST_DATABASE_URL'] ??= started!.url);
  const template = await freshDatabaseOn(server);
  await withDatabase(dataSourceOptions(template.url), () => Promise.resolve());
  process.env['TEST_DATABASE_TEMPLATE'] = new URL(template.url).pathname.slice(1);
  Object.assign(globalThis, {
    stopPostgres: async () => {
      await template.drop();
      await started?.stop();
    },
  });
}
