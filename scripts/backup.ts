import { existsSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { dataSourceOptions } from '../ormconfig.js';
import { readEnvironment } from '../src/platform/config/environment.js';
import { backUp } from '../src/platform/database/sqlite/file/backup.js';
import { redactDatabaseUrl } from '../src/kernel/database-url.js';
import { UnusableInput } from './support/input.js';
import { Progress } from './support/progress.js';
import { runCommand } from './support/run-command.js';

const usage = {
  command: 'npm run backup --',
  summary: 'Copies the configured SQLite file, also while it is served, and checks the copy.',
  positionals: ['<file>'],
};

await runCommand(usage, async ({ positionals }) => {
  const { DATABASE_URL: url } = readEnvironment(process.env);
  const file = positionals[0]!;
  if (!url.startsWith('sqlite:')) {
    throw new UnusableInput(
      `Back up PostgreSQL with its own tool:\n  pg_dump --format=custom --file='${file}' '${redactDatabaseUrl(url)}'\n` +
        'It asks for the password, or reads it from PGPASSWORD or ~/.pgpass.',
    );
  }
  assertFree(file);
  if (!existsSync(dirname(file))) {
    throw new UnusableInput(`The folder ${dirname(file)} does not exist. Create it, or choose another one.`);
  }
  // A file with the requested name is always complete.
  const partial = `${file}.partial`;
  const discard = () =>
    Promise.all(['', '-journal', '-wal', '-shm'].map((suffix) => rm(partial + suffix, { force: true })));
  await discard();
  try {
    const progress = new Progress();
    await backUp(dataSourceOptions(url), partial, (pages, work) => progress.step('pages', pages, work));
    assertFree(file);
    await rename(partial, file);
  } finally {
    await discard();
  }
  console.log(`Backed up ${redactDatabaseUrl(url)} to ${file}: ${(await stat(file)).size} bytes, integrity checked.`);
});

function assertFree(file: string): void {
  if (existsSync(file)) {
    throw new UnusableInput(`${file} already exists, and a backup does not overwrite files. Choose another name.`);
  }
}
