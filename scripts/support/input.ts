import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** An argument or a file that a command can't use. The message says what is wrong, why, and what to do. */
export class UnusableInput extends Error {}

/** @throws UnusableInput */
export async function readInput(folder: string, file: string, remedy: string): Promise<string> {
  const path = join(folder, file);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : message;
    throw new UnusableInput(`${path} can't be read: ${reason}.\n${remedy}`);
  }
}
