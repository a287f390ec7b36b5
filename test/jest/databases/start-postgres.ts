import { join } from 'node:path';
import {
  copyCluster,
  prepareServer,
  serverFolder,
  startEmbeddedPostgres,
} from '../../../scripts/servers/embedded-postgres.js';
import { createDatabase, freshDatabaseOn } from '../../support/engine.js';
import { cachedTemplate } from './template-cache.js';

/** The database of the cached cluster that each test copies. */
const templateName = 'template_shop';

/**
 * The global setup on PostgreSQL: starts a server with a migrated database that each test copies, or creates that database
 * on the server that TEST_DATABASE_URL names.
 */
export default async function startPostgres(): Promise<void> {
  const server = process.env['TEST_DATABASE_URL'];
  const { url, template, stop } = server ? await useServer(server) : await startServer();
  process.env['TEST_DATABASE_URL'] = url;
  process.env['TEST_DATABASE_TEMPLATE'] = template;
  Object.assign(globalThis, { stopPostgres: stop });
}

interface Started {
  readonly url: string;
  readonly template: string;
  stop(): Promise<void>;
}

async function startServer(): Promise<Started> {
  const folder = await cachedTemplate('postgres', (unfinished) => createCluster(clusterIn(unfinished)));
  const server = await startEmbeddedPostgres(['fsync=off', 'max_wal_size=128MB'], clusterIn(folder));
  return { ...server, template: templateName };
}

const clusterIn = (folder: string): string => join(folder, 'cluster');

async function createCluster(path: string): Promise<void> {
  const { folder, remove } = await serverFolder();
  try {
    const server = await prepareServer(join(folder, 'data'), ['fsync=off']);
    await server.start();
    await migrate(await createDatabase(server.url, templateName)).finally(() => server.stop());
    await copyCluster(server.databaseDir, path);
  } finally {
    await remove();
  }
}

async function useServer(url: string): Promise<Started> {
  const template = await freshDatabaseOn(url);
  await migrate(template.url);
  return { url, template: new URL(template.url).pathname.slice(1), stop: template.drop };
}

/** Loads TypeORM only where no template is cached. */
async function migrate(url: string): Promise<void> {
  await (await import('./migrate.js')).migrate(url);
}
