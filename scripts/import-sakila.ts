import { parseArgs } from 'node:util';
import { UnusableInput } from './support/input.js';
import { runImport } from './support/run-import.js';
import { readSakila } from './support/sakila.js';

const usage =
  'Which folder holds the CSV files of the Sakila sample database? They are read as UTF-8 unless an encoding is named:\n' +
  '  npm run import:sakila -- <folder> [--encoding latin1]';

await runImport(() => {
  const { folder, encoding } = readArguments();
  return readSakila(folder, encoding);
});

/** @throws UnusableInput */
function readArguments(): { folder: string; encoding?: string } {
  try {
    const { positionals, values } = parseArgs({ options: { encoding: { type: 'string' } }, allowPositionals: true });
    const [folder, ...others] = positionals;
    if (folder && others.length === 0) return { folder, encoding: values.encoding };
  } catch (error) {
    throw new UnusableInput(`${(error as Error).message}\n${usage}`);
  }
  throw new UnusableInput(usage);
}
