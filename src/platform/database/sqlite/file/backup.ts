import { promisify } from 'node:util';
import sqlite3 from 'sqlite3';
import type { DataSource, DataSourceOptions } from 'typeorm';
import { openDataSource } from '../../opening/open-data-source.js';
import { engineOf } from '../../opening/engines.js';
import { UnusableDatabase } from '../../engine/unusable-database.js';
import { connectionOf, driver } from '../driver.js';
import { removeEmptyLog } from './remove-empty-log.js';
import { createPrivateFile } from './private-file.js';

/** Pages copied per step. */
const pagesPerStep = 100;

/** @private-api of sqlite3: Database.backup() and Backup, documented, but without types */
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
 * Copies a snapshot of a SQLite file to `file`, also while the file is served, and checks the integrity of the copy.
 *
 * Uses SQLite's online backup API, which reports progress and syncs the copy to disk, unlike VACUUM INTO. A backup
 * restarts whenever another process writes, unless its own connection holds a snapshot; in WAL mode the snapshot blocks
 * no writer.
 * @param follow receives the number of pages and a function that copies them, which reports its progress
 * @throws UnusableDatabase
 */
export async function backUp(
  options: DataSourceOptions,
  file: string,
  follow: (pages: number, work: (advance: (done: number) => void) => Promise<void>) => Promise<void>,
): Promise<void> {
  const source = await openDataSource(engineOf(options).readOnlyOptions(options));
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
  await finishCopy(file);
}

async function copyPages(
  source: DataSource,
  file: string,
  pages: number,
  advance: (done: number) => void,
): Promise<void> {
  const database = connectionOf(source);
  const backup = await new Promise<sqlite3.Backup>((resolve, reject) => {
    const begun = database.backup(file, (error) => (error ? reject(error) : resolve(begun)));
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

/** Leaves WAL mode, so that the copy is a single file, and checks every page of the copy. */
async function finishCopy(file: string): Promise<void> {
  const copy = await openDataSource({ type: 'sqlite', driver, database: file });
  try {
    await copy.query('PRAGMA journal_mode = DELETE');
    const found = await copy.query<{ integrity_check: string }[]>('PRAGMA integrity_check');
    const errors = found.map(({ integrity_check: message }) => message).filter((message) => message !== 'ok');
    if (errors.length > 0) {
      throw new UnusableDatabase(
        `The copy is corrupted, and so is the database:\n  ${errors.join('\n  ')}\n` +
          'Keep your earlier backups, and run npm run verify.',
      );
    }
  } finally {
    await copy.destroy();
  }
}
