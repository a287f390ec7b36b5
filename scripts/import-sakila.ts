import { UnusableInput } from './support/input.js';
import { runImport } from './support/run-import.js';
import { readSakila } from './support/sakila.js';

await runImport(async () => {
  const folder = process.argv[2];
  if (!folder) {
    throw new UnusableInput(
      'Which folder holds the CSV files of the Sakila sample database? Say it like this:\n' +
        '  npm run import:sakila -- <folder>',
    );
  }
  return readSakila(folder);
});
