import { promisify } from 'node:util';
import sqlite3 from 'sqlite3';
import type { DataSource, DataSourceOptions } from 'typeorm';
import { openDataSource } from '../../opening/open-data-source.js';
import { readOnlyOptions } from '../../opening/open-read-only.js';
import { UnusableDatabase } from '../../engine/unusable-database.js';
import { removeEmptyLog } from './remove-empty-log.js';
import { createPrivateFile } from './private-file.js';

/** Pages copied at a time. */
const pagesPerStep = 100;

/** What sqlite3 has, but doesn't declare. */
declare module 'sqlite3' {
  interface Database {
    backup(filename: string, callback: (error: Error | null) => void): Backup;
  }
  interface Backup {
    readonly completed: boolean;
    readonly remaining: number;
    step(pages: number, callback: (error: Error | null) => void): void;
    finish(callback: (error: Error | null) => void): void;
  }
}

/**
 * Copies a SQLite file, as it is at one moment, to `file` while it is served, and checks that the copy is whole.
 *
 * By SQLite's online backup, which tells how far it is and is on disk when it is done; VACUUM INTO does neither. It
 * would begin anew whenever another process writes, which in a busy shop is all the time; but not as long as its own
 * connection has a snapshot open, and in WAL mode no writer waits for that.
 * @param follow is given the number of pages there are; `work` tells of those it has copied since it last told
 * @throws UnusableDatabase
 */
export async function backUp(
  options: DataSourceOptions,
  file: string,
  follow: (pages: number, work: (advance: (done: number) => void) => Promise<void>) => Promise<void>,
): Promise<void> {
  const source = await openDataSource(readOnlyOptions(options));
  createPrivateFile(file);
  try {
    await source.query('BEGIN');
    const [found] = await source.query<{ page_count: number }[]>('PRAGMA page_count');
    await follow(found!.page_count, (advance) => copyPages(source, file, found!.page_count, advance));
    await source.query('COMMIT');
  } finally {
    await source.destroy();
    await removeEmptyLog(options);
  }
  await settle(file);
}

async function copyPages(
  source: DataSource,
  file: string,
  pages: number,
  advance: (done: number) => void,
): Promise<void> {
  const { databaseConnection } = source.driver as unknown as { databaseConnection: sqlite3.Database };
  const backup = await new Promise<sqlite3.Backup>((resolve, reject) => {
    const begun = databaseConnection.backup(file, (error) => (error ? reject(error) : resolve(begun)));
  });
  try {
    for (let left = pages; !backup.completed; left = backup.remaining) {
      await promisify(backup.step.bind(backup))(pagesPerStep);
      advance(left - backup.remaining);
    }
  } finally {
    await promisify(backup.finish.bind(backup))();
  }
}

/** Makes one file of the copy, without a log beside it, and checks every page of it. */
async function settle(file: string): Promise<void> {
  const copy = await openDataSource({ type: 'sqlite', database: file });
  try {
    await copy.query('PRAGMA journal_mode = DELETE');
    const found = await copy.query<{ integrity_check: string }[]>('PRAGMA integrity_check');
    const faults = found.map(({ integrity_check: message }) => message).filter((message) => message !== 'ok');
    if (faults.length > 0) {
      throw new UnusableDatabase(
        `The copy isn't whole, and neither then is what it was made of:\n  ${faults.join('\n  ')}\n` +
          'Keep the backups you have, and see what npm run verify says.',
      );
    }
  } finally {
    await copy.destroy();
  }
}
