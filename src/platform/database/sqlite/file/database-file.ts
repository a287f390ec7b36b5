import { accessSync, constants, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createPrivateFile, makePrivate } from './private-file.js';

/**
 * Makes the file and its folder where they don't exist. Only the owner may read the file and what belongs to it.
 * @throws where they can't be written to
 */
export function prepareDatabaseFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  createPrivateFile(file);
  // SQLite would open it for reading, and make a -wal and a -shm with the same permissions, which stay.
  for (const path of [dirname(file), file]) accessSync(path, constants.W_OK);
  // SQLite gives the files that it makes beside the database the mode of the database.
  for (const suffix of ['', '-wal', '-shm', '-journal']) makePrivate(file + suffix);
}
