import { chmodSync, closeSync, existsSync, openSync, statSync } from 'node:fs';
import { Logger } from '@nestjs/common';

/** Permissions of the group and of others. */
const othersMode = 0o077;

const logger = new Logger('SQLite');

/**
 * Creates a file with mode 600 unless it exists, without a moment in which others could read it.
 *
 * Synchronous, so that nothing in this process can open the file in between: closing any descriptor of a file releases
 * every POSIX advisory lock of the process on the file, including SQLite's. For the same reason, no code may open a
 * served database file by node:fs.
 */
export function createPrivateFile(path: string): void {
  // Not exclusive: the path may be a symbolic link to a missing file.
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
}

/** Removes the permissions of other users from an existing file, or logs a warning. Windows has no such modes. */
export function makePrivate(path: string): void {
  const mode = modeOf(path);
  if (mode === undefined || (mode & othersMode) === 0 || process.platform === 'win32') return;
  try {
    chmodSync(path, mode & ~othersMode);
  } catch {
    // Another user owns the file. The check below also detects file systems that ignore chmod.
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
