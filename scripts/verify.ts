import { dataSourceOptions } from '../ormconfig.js';
import { readEnvironment } from '../src/platform/config/environment.js';
import { withUnmigratedDatabase } from '../src/platform/database/with-database.js';
import type { Finding } from '../src/platform/verification/finding.js';
import { verify } from '../src/platform/verification/verify.js';
import { shopInvariants } from '../src/shop-invariants.js';
import { redactDatabaseUrl } from '../src/kernel/database-url.js';
import { Progress } from './support/progress.js';
import { runCommand } from './support/run-command.js';

await runCommand(async () => {
  const { DATABASE_URL: url } = readEnvironment(process.env);
  const progress = new Progress();
  let faults = 0;
  const report = ({ where, id, what, remedy }: Finding) => {
    faults++;
    console.log(`${where}${id === undefined ? '' : ` ${id}`}: ${what}.\n  ${remedy}`);
  };
  const judged = await withUnmigratedDatabase(dataSourceOptions(url), (unitOfWork) =>
    verify(unitOfWork, shopInvariants, { report, step: (name, total, work) => progress.step(name, total, work) }),
  );
  const rows = [...judged].map(([table, count]) => `${count} ${table}`).join(', ');
  const verdict = faults === 0 ? 'All is well' : `Faults: ${faults}`;
  console.log(`${verdict} in ${redactDatabaseUrl(url)}: the schema, the file and every row were checked (${rows}).`);
  if (faults > 0) process.exitCode = 1;
});
