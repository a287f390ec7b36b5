import { dataSourceOptions } from '../ormconfig.js';
import { withDatabase, withReadOnlyDatabase } from '../src/platform/database/with-database.js';
import { InvalidDatabaseUrl, parseDatabaseUrl, redactDatabaseUrl } from '../src/kernel/database-url.js';
import { copyShop } from './support/copy-shop.js';
import { UnusableInput } from './support/input.js';
import { Progress } from './support/progress.js';
import { runCommand } from './support/run-command.js';

const usage = {
  command: 'npm run copy --',
  summary:
    'Copies a shop into an empty database, between SQLite and PostgreSQL in either direction, and verifies the copy.\n' +
    'URLs are as in DATABASE_URL: sqlite:<path> or postgres://<user>:<password>@<host>:<port>/<database>.',
  positionals: ['<from-url>', '<to-url>'],
};

await runCommand(usage, async ({ positionals }) => {
  const [from, to] = positionals.map(databaseUrl) as [string, string];
  const copied = await withReadOnlyDatabase(dataSourceOptions(from), (source) =>
    withDatabase(dataSourceOptions(to), (target) => copyShop(source, target, new Progress())),
  );
  const lines = copied.map(
    ({ name, rows, digest }) => `  ${name.padEnd(17)} ${String(rows).padStart(9)} rows  sha256 ${digest}`,
  );
  console.log(
    [`Copied ${redactDatabaseUrl(from)} to ${redactDatabaseUrl(to)}, and verified by reading it back:`, ...lines].join(
      '\n',
    ),
  );
});

/** @throws UnusableInput that doesn't quote the URL, which may contain a password */
function databaseUrl(text: string, position: number): string {
  try {
    parseDatabaseUrl(text);
    return text;
  } catch (error) {
    if (!(error instanceof InvalidDatabaseUrl)) throw error;
    const name = usage.positionals[position];
    throw new UnusableInput(`${name} ${error.message}.\nnpm run copy -- --help shows the form of a URL.`);
  }
}
