import { runImport } from './import/run-import.js';
import { readSakila } from './import/sakila.js';

const usage = {
  command: 'npm run import:sakila --',
  summary: 'Imports the CSV files of the Sakila sample database. A repeated import adds only new rows.',
  positionals: ['<folder>'],
  options: {
    encoding: { value: 'encoding', description: 'the encoding of the files, such as latin1; UTF-8 if absent' },
  },
};

await runImport(usage, ({ positionals, options }) => readSakila(positionals[0]!, options.encoding));
