import { dataSourceOptions } from '../../ormconfig.js';
import { readEnvironment } from '../../src/platform/config/environment.js';
import { withDatabase } from '../../src/platform/database/with-database.js';
import { redactDatabaseUrl } from '../../src/kernel/database-url.js';
import { loadShop } from './load-shop.js';
import { Progress } from './progress.js';
import { runCommand } from './run-command.js';
import { type Counts, countOf, type Shop } from './shop.js';

/** The whole of an import command: stores what `read` gives, says what came of it and sets the exit code. */
export function runImport(read: () => Promise<Shop>): Promise<void> {
  return runCommand(async () => {
    const environment = readEnvironment(process.env);
    const shop = await read();
    const added = await withDatabase(dataSourceOptions(environment.DATABASE_URL), (unitOfWork) =>
      loadShop(unitOfWork, shop, new Progress()),
    );
    console.log(summary(added, countOf(shop), environment.DATABASE_URL));
  });
}

function summary(added: Counts, given: Counts, databaseUrl: string): string {
  const lines = (Object.keys(added) as (keyof Counts)[]).map(
    (kind) => `  ${kind.padEnd(8)}${cell(added[kind])} added${cell(given[kind] - added[kind])} there already`,
  );
  return [`Imported into ${redactDatabaseUrl(databaseUrl)}:`, ...lines].join('\n');
}

const cell = (count: number) => String(count).padStart(7);
