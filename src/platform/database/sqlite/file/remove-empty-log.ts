import { statSync } from 'node:fs';
import type { DataSourceOptions } from 'typeorm';
import { openDataSource } from '../../opening/open-data-source.js';

/**
 * Removes the empty files -wal and -shm that connections make which may only read, and can't remove. SQLite does it, when
 * the last connection to the file is closed, and leaves alone what another process uses.
 */
export async function removeEmptyLog(options: DataSourceOptions): Promise<void> {
  if (statSync(`${String(options.database)}-wal`, { throwIfNoEntry: false })?.size !== 0) return;
  const writable = { ...options, flags: undefined } as DataSourceOptions;
  // Who may not write to the file leaves them there.
  await openDataSource(writable).then(
    (connection) => connection.destroy(),
    () => undefined,
  );
}
