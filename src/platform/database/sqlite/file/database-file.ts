import { accessSync, constants, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createPrivateFile, makePrivate } from './private-file.js';

/**
 * Creates the file and its folder if they don't exist, and restricts access to the owner.
 * @throws if they are not writable
 */
export function prepareDatabaseFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  createPrivateFile(file);
  // SQLite would open an unwritable file read-only, and create -wal and -shm files with the same permissions.
  for (const path of [dirname(file), file]) accessSync(path, constants.W_OK);
  // SQLite gives the files beside the database the mode of the database file.
  for (const suffix of ['', '-wal', '-shm', '-journal']) makePrivate(file + suffix);
}
