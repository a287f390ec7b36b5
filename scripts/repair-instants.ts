import { dataSourceOptions } from '../ormconfig.js';
import { readEnvironment } from '../src/platform/config/environment.js';
import { withDatabase } from '../src/platform/database/with-database.js';
import { Clock } from '../src/kernel/clock.js';
import { redactDatabaseUrl } from '../src/kernel/database-url.js';
import { repairInstants } from './support/repair-instants.js';
import { runCommand } from './support/run-command.js';

const usage = {
  command: 'npm run repair:instants --',
  summary: 'Corrects instants in the future that a wrong clock recorded in the configured database.',
};

await runCommand(usage, async () => {
  const { DATABASE_URL: url } = readEnvironment(process.env);
  const repairs = await withDatabase(dataSourceOptions(url), (unitOfWork) =>
    repairInstants(unitOfWork, new Clock().now()),
  );
  for (const { table, id, column, before, after } of repairs)
    console.log(`${table} ${id}: ${column} ${before} -> ${after}`);
  console.log(`Corrected ${repairs.length} instants in the future in ${redactDatabaseUrl(url)}.`);
});
