import { join } from 'node:path';
import { cachedTemplate } from './template-cache.js';

/** The global setup on SQLite: provides the migrated file that each test copies. */
export default async function startSqlite(): Promise<void> {
  const folder = await cachedTemplate('sqlite', async (unfinished) => {
    const { migrate } = await import('./migrate.js');
    await migrate(`sqlite:${fileIn(unfinished)}`);
  });
  process.env['TEST_SQLITE_TEMPLATE'] = fileIn(folder);
}

const fileIn = (folder: string): string => join(folder, 'shop.sqlite');
