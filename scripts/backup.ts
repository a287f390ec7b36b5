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

await runCommand(async () => {
  const { DATABASE_URL: url } = readEnvironment(process.env);
  const file = process.argv[2];
  if (!file) throw new UnusableInput('Which file is the backup to be? Say it like this:\n  npm run backup -- <file>');
  if (!url.startsWith('sqlite:')) {
    throw new UnusableInput(
      `PostgreSQL has a tool of its own for backups:\n  pg_dump --format=custom --file='${file}' '${redactDatabaseUrl(url)}'\n` +
        'It asks for the password, or takes it from PGPASSWORD or ~/.pgpass.',
    );
  }
  assertFree(file);
  if (!existsSync(dirname(file))) {
    throw new UnusableInput(`There is no folder ${dirname(file)} for the backup. Make it, or name another.`);
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
  console.log(`Backed up ${redactDatabaseUrl(url)} to ${file}: ${(await stat(file)).size} bytes, checked and whole.`);
});

function assertFree(file: string): void {
  if (existsSync(file)) {
    throw new UnusableInput(`${file} is there already, and a backup overwrites nothing. Name another file.`);
  }
}
