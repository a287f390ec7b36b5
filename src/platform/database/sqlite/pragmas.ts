import type { DataSource } from 'typeorm';

/** To wait for another process (a backup, an import) to finish its write. */
export const busyTimeoutMs = 5_000;

/**
 * What makes SQLite keep its promises. All but the first are settings of a connection, not of the file,
 * and a build may default to anything; so every connection sets and checks them at every start.
 */
const pragmas = {
  /** Readers see the last commit and never wait for the writer. */
  journal_mode: 'wal',
  /** FULL: an answered write survives a power cut. */
  synchronous: 2,
  foreign_keys: 1,
  /** Deleted content is overwritten with zeros: deleted people leave the file, and its backups. */
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
        `SQLite kept ${name} at ${String(found)} where ${value} was asked for, so the service can't keep its promises ` +
          `on ${String(dataSource.options.database)}. Use a local disk and a SQLite built with defaults.`,
      );
    }
  }
}
