import { chmodSync, closeSync, existsSync, openSync, statSync } from 'node:fs';
import { Logger } from '@nestjs/common';

/** Permissions of everybody but the owner. */
const othersMode = 0o077;

const logger = new Logger('SQLite');

/**
 * Makes a file that only its owner may read, unless it exists: it is never readable by others, not even for a moment.
 *
 * Synchronous, so that nothing in this process can open the file in between: closing any descriptor of a file gives up
 * every lock that the process has on it, SQLite's too (POSIX advisory locks). For the same reason no code may open or
 * read a database file by node:fs while it is served.
 */
export function createPrivateFile(path: string): void {
  // Not exclusively: where the path is a symbolic link to a file that doesn't exist yet, that file is made.
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
}

/** Takes the permissions of other users from a file that exists, or warns that it can't. Windows has no such modes. */
export function makePrivate(path: string): void {
  const mode = modeOf(path);
  if (mode === undefined || (mode & othersMode) === 0 || process.platform === 'win32') return;
  try {
    chmodSync(path, mode & ~othersMode);
  } catch {
    // The file is another user's. What counts is what the look below finds: some file systems ignore the change.
  }
  const left = modeOf(path) ?? 0;
  if ((left & othersMode) === 0) return;
  logger.warn(
    `Other users may open ${path} (mode ${left.toString(8)}), and its permissions can't be changed by this one. ` +
      `Run chmod 600 on it as its owner, and keep it on a file system that has permissions.`,
  );
}

function modeOf(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? found.mode & 0o777 : undefined;
}
