import { dataSourceOptions } from '../../../ormconfig.js';
import { withDatabase } from '../../../src/platform/database/with-database.js';

/** Creates the schema. The setups import this file only where no template is cached: TypeORM takes half a second to load. */
export async function migrate(url: string): Promise<void> {
  await withDatabase(dataSourceOptions(url), () => Promise.resolve());
}
