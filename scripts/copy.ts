import { dataSourceOptions } from '../ormconfig.js';
import { withDatabase, withReadOnlyDatabase } from '../src/platform/database/with-database.js';
import { InvalidDatabaseUrl, parseDatabaseUrl, redactDatabaseUrl } from '../src/kernel/database-url.js';
import { copyShop } from './support/copy-shop.js';
import { UnusableInput } from './support/input.js';
import { Progress } from './support/progress.js';
import { runCommand } from './support/run-command.js';

await runCommand(async () => {
  const [from, to] = [process.argv[2], process.argv[3]].map(databaseUrl) as [string, string];
  const copied = await withReadOnlyDatabase(dataSourceOptions(from), (source) =>
    withDatabase(dataSourceOptions(to), (target) => copyShop(source, target, new Progress())),
  );
  const lines = copied.map(
    ({ name, rows, digest }) => `  ${name.padEnd(17)} ${String(rows).padStart(9)} rows  sha256 ${digest}`,
  );
  console.log(
    [
      `Copied ${redactDatabaseUrl(from)} to ${redactDatabaseUrl(to)}, and read back the same from there:`,
      ...lines,
    ].join('\n'),
  );
});

/** @throws UnusableInput that doesn't quote it: there may be a password in it */
function databaseUrl(text: string | undefined, position: number): string {
  const usage =
    'From which database to which other? Say it like this, with URLs as DATABASE_URL has them:\n' +
    '  npm run copy -- sqlite:<path> postgres://<user>:<password>@<host>:<port>/<database>';
  if (!text) throw new UnusableInput(usage);
  try {
    parseDatabaseUrl(text);
    return text;
  } catch (error) {
    if (!(error instanceof InvalidDatabaseUrl)) throw error;
    throw new UnusableInput(`${usage}\nThe ${['first', 'second'][position]} URL ${error.message}.`);
  }
}
