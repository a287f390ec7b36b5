import { dataSourceOptions } from '../../ormconfig.js';
import { withDatabase } from '../../src/platform/database/with-database.js';
import { freshFile } from '../support/engine.js';

/** The global setup on SQLite: migrates the template of the tests' files. */
export default async function startSqlite(): Promise<void> {
  const template = await freshFile();
  await withDatabase(dataSourceOptions(template.url), () => Promise.resolve());
  process.env['TEST_SQLITE_TEMPLATE'] = template.url.replace(/^sqlite:/, '');
  Object.assign(globalThis, { dropTemplate: template.drop });
}
