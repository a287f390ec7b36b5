import { dataSourceOptions } from '../../ormconfig.js';
import { withDatabase } from '../../src/platform/database/with-database.js';
import { freshFile } from '../support/engine.js';

/** Migrates the SQLite file that the tests' files are copies of. Jest calls this once before the tests that need it. */
export default async function startSqlite(): Promise<void> {
  const template = await freshFile();
  await withDatabase(dataSourceOptions(template.url), () => Promise.resolve());
  process.env['TEST_SQLITE_TEMPLATE'] = template.url.replace(/^sqlite:/, '');
  Object.assign(globalThis, { dropTemplate: template.drop });
}
