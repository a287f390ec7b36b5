import { readFileSync } from 'node:fs';

/** Files that are open beside connections of clients: libraries, the database, the log, and connections to PostgreSQL. */
const otherFiles = 200;

/**
 * Returns a warning if the process can't have `maxConnections` connections open, each of which counts as a file. Without
 * a free file, libuv accepts and closes a connection, and reports nothing.
 * @param limits the text of /proc/self/limits; undefined on other systems than Linux
 */
export function openFilesWarning(maxConnections: number, limits: string | undefined): string | undefined {
  const openFiles = Number(/^Max open files\s+(\d+)/m.exec(limits ?? '')?.[1] ?? Infinity);
  if (openFiles >= maxConnections + otherFiles) return undefined;
  return (
    `MAX_CONNECTIONS is ${maxConnections}, but this process may open ${openFiles} files, and a connection is one. ` +
    'Further connections will be reset. Raise the limit (ulimit -n, LimitNOFILE= in systemd), or lower MAX_CONNECTIONS.'
  );
}

/** Returns the text of /proc/self/limits, if there is one. */
export function processLimits(): string | undefined {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return undefined;
  }
}
