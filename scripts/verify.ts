import { dataSourceOptions } from '../ormconfig.js';
import { readEnvironment } from '../src/platform/config/environment.js';
import { withUnmigratedDatabase } from '../src/platform/database/with-database.js';
import type { Finding } from '../src/platform/verification/finding.js';
import { verify } from '../src/platform/verification/verify.js';
import { shopInvariants } from '../src/shop-invariants.js';
import { redactDatabaseUrl } from '../src/kernel/database-url.js';
import { Progress } from './support/progress.js';
import { runCommand } from './support/run-command.js';

const usage = {
  command: 'npm run verify --',
  summary: 'Verifies the file, the schema and every row of the configured database, also while it is served.',
};

await runCommand(usage, async () => {
  const { DATABASE_URL: url } = readEnvironment(process.env);
  const progress = new Progress();
  let findings = 0;
  const report = ({ where, id, what, remedy }: Finding) => {
    findings++;
    console.log(`${where}${id === undefined ? '' : ` ${id}`}: ${what}.\n  ${remedy}`);
  };
  const checked = await withUnmigratedDatabase(dataSourceOptions(url), (unitOfWork) =>
    verify(unitOfWork, shopInvariants, { report, step: (name, total, work) => progress.step(name, total, work) }),
  );
  const rows = [...checked].map(([table, count]) => `${count} ${table}`).join(', ');
  const verdict = findings === 0 ? 'No findings' : `Findings: ${findings}`;
  console.log(`${verdict} in ${redactDatabaseUrl(url)}. Checked the file, the schema and every row (${rows}).`);
  if (findings > 0) process.exitCode = 1;
});
