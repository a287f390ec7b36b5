import { InvalidEnvironment } from '../../src/platform/config/environment.js';
import { UnusableDatabase } from '../../src/platform/database/engine/unusable-database.js';
import { UnusableInput } from './input.js';

/** A failure of one of these kinds has a message that says what happened, why, and what to do. */
const foreseen = [UnusableInput, InvalidEnvironment, UnusableDatabase];

/** Runs a command: reports errors on stderr and sets the exit code. */
export async function runCommand(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    console.error(foreseen.some((type) => error instanceof type) ? (error as Error).message : error);
    process.exitCode = 1;
  }
}
