import type { DataSource } from 'typeorm';

/** How long to wait for the write lock of another process, such as a backup or an import. */
export const busyTimeoutMs = 5_000;

/**
 * The required pragmas. All but the first apply to a connection, not to the file, and their defaults depend on the build
 * of SQLite: every connection sets and verifies them.
 */
const pragmas = {
  /** Readers see the last commit and don't wait for the writer. */
  journal_mode: 'wal',
  /** FULL: a committed write survives a power failure. */
  synchronous: 2,
  foreign_keys: 1,
  /** Overwrites deleted content with zeros, so that deleted personal data leaves the file and its backups. */
  secure_delete: 1,
  busy_timeout: busyTimeoutMs,
} as const;

export async function setAndCheckPragmas(dataSource: DataSource): Promise<void> {
  for (const [name, value] of Object.entries(pragmas)) {
    await dataSource.query(`PRAGMA ${name} = ${value}`);
    const [row] = await dataSource.query<Record<string, unknown>[]>(`PRAGMA ${name}`);
    const found = row && Object.values(row)[0];
    if (found !== value) {
      throw new Error(
        `SQLite kept ${name} at ${String(found)} where ${value} was requested, so data could be lost ` +
          `on ${String(dataSource.options.database)}. Use a local disk and a SQLite built with defaults.`,
      );
    }
  }
}
