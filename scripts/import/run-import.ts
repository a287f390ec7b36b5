import { dataSourceOptions } from '../../ormconfig.js';
import { readEnvironment } from '../../src/platform/config/environment.js';
import { withDatabase } from '../../src/platform/database/with-database.js';
import { redactDatabaseUrl } from '../../src/kernel/database-url.js';
import type { Arguments, Usage } from '../support/arguments.js';
import { loadShop } from './load-shop.js';
import { Progress } from '../support/progress.js';
import { runCommand } from '../support/run-command.js';
import { type Counts, countOf, type Shop } from './shop.js';

/** Runs an import command: stores the shop that `read` returns, and reports the counts. */
export function runImport<Option extends string = never>(
  usage: Usage<Option>,
  read: (given: Arguments<Option>) => Promise<Shop>,
): Promise<void> {
  return runCommand(usage, async (given) => {
    const environment = readEnvironment(process.env);
    const shop = await read(given);
    const added = await withDatabase(dataSourceOptions(environment.DATABASE_URL), (unitOfWork) =>
      loadShop(unitOfWork, shop, new Progress()),
    );
    console.log(summary(added, countOf(shop), environment.DATABASE_URL));
  });
}

function summary(added: Counts, total: Counts, databaseUrl: string): string {
  const lines = (Object.keys(added) as (keyof Counts)[]).map(
    (kind) => `  ${kind.padEnd(8)}${cell(added[kind])} added${cell(total[kind] - added[kind])} already present`,
  );
  return [`Imported into ${redactDatabaseUrl(databaseUrl)}:`, ...lines].join('\n');
}

const cell = (count: number) => String(count).padStart(7);
