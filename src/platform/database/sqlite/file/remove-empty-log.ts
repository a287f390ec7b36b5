import { statSync } from 'node:fs';
import type { DataSourceOptions } from 'typeorm';
import { openDataSource } from '../../opening/open-data-source.js';

/**
 * Removes the empty -wal and -shm files that read-only connections create and cannot remove. SQLite removes them when the
 * last writable connection closes, unless another process uses them.
 */
export async function removeEmptyLog(options: DataSourceOptions): Promise<void> {
  if (statSync(`${String(options.database)}-wal`, { throwIfNoEntry: false })?.size !== 0) return;
  const writable = { ...options, flags: undefined } as DataSourceOptions;
  // Without write permission the files stay.
  await openDataSource(writable).then(
    (connection) => connection.destroy(),
    () => undefined,
  );
}
