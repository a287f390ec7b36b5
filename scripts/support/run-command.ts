import { InvalidEnvironment } from '../../src/platform/config/environment.js';
import { UnusableDatabase } from '../../src/platform/database/engine/unusable-database.js';
import { type Arguments, helpText, readArguments, type Usage } from './arguments.js';
import { UnusableInput } from './input.js';

/** Errors whose message says what happened, why, and what to do. */
const expectedErrors = [UnusableInput, InvalidEnvironment, UnusableDatabase];

/** Runs a command: reads its arguments, prints its help, reports errors on stderr and sets the exit code. */
export async function runCommand<Option extends string = never>(
  usage: Usage<Option>,
  work: (given: Arguments<Option>) => Promise<void>,
): Promise<void> {
  try {
    const given = readArguments(usage, process.argv.slice(2));
    if (given === undefined) console.log(helpText(usage));
    else await work(given);
  } catch (error) {
    console.error(expectedErrors.some((type) => error instanceof type) ? (error as Error).message : error);
    process.exitCode = 1;
  }
}
