import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createPrivateFile, makePrivate } from './private-file.js';

/** Makes the file and its folder where they don't exist. Only the owner may read the file and what belongs to it. */
export function prepareDatabaseFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  createPrivateFile(file);
  // SQLite gives the files that it makes beside the database the mode of the database.
  for (const suffix of ['', '-wal', '-shm', '-journal']) makePrivate(file + suffix);
}
