import { createHash } from 'node:crypto';
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { errorCode } from '../../../../kernel/error-code.js';
import { DatabaseInUse, UnusableDatabase } from '../../engine/unusable-database.js';
import { prepareDatabaseFile } from './database-file.js';
import { createPrivateFile, makePrivate } from './private-file.js';

/** How long and how often to retry while a tool reads the database. */
const probeTimeoutMs = 1_000;
const probeIntervalMs = 100;

/**
 * Acquires the process lock of a SQLite file, which is held until the returned DataSource is destroyed: only one process
 * may serve the file, because units of work are serialized within one process only. It is an operating system lock on a
 * file beside the database, released when the process ends in any way. Other processes can still read the database.
 *
 * The database stores the identity of its last lock file. If the lock file is another one, it may have been deleted, or
 * the database has another name: then no other connection to the database is tolerated. See docs/decisions/0030.
 * @throws UnusableDatabase
 */
export async function acquireProcessLock(writer: DataSource): Promise<DataSource> {
  const database = realpathSync.native(String(writer.options.database));
  assertOneName(database);
  const lockFile = `${database}.lock`;
  createPrivateFile(lockFile);
  makePrivate(lockFile);
  // SQLite would open an unwritable lock file read-only, and two processes could hold the lock.
  accessSync(lockFile, constants.W_OK);
  const identity = identityOf(lockFile);
  const lock = await acquire(writer.options, database, lockFile);
  try {
    if (identityOf(lockFile) !== identity) throw inUse(database);
    const [known] = await writer.query<{ user_version: number }[]>('PRAGMA user_version');
    if (known!.user_version !== identity) await claim(writer, database, identity);
    return lock;
  } catch (error) {
    await lock.destroy();
    throw error;
  }
}

/**
 * Runs `work` while holding the process lock of a SQLite file. Creates the file if it doesn't exist.
 * @throws UnusableDatabase
 */
export async function withFileLock(options: DataSourceOptions, work: () => Promise<void>): Promise<void> {
  const { database, lockFile } = prepare(String(options.database));
  const lock = await acquire(options, database, lockFile);
  try {
    await work();
  } finally {
    await lock.destroy();
  }
}

function prepare(file: string): { database: string; lockFile: string } {
  try {
    prepareDatabaseFile(file);
    const database = realpathSync.native(file);
    const lockFile = `${database}.lock`;
    createPrivateFile(lockFile);
    return { database, lockFile };
  } catch (error) {
    throw new UnusableDatabase(`The SQLite file ${file} can't be created: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

/** Rejects hard links: under another name, SQLite would look for another write-ahead log and miss commits. */
function assertOneName(database: string): void {
  const { nlink } = statSync(database);
  if (nlink <= 1) return;
  throw new UnusableDatabase(
    `The SQLite file ${database} has ${nlink} names (hard links), by which two processes could write to it at the same time. ` +
      `Remove the others (find <folder> -samefile ${database}), or serve a copy made by npm run backup.`,
  );
}

/** Stable while the file is open anywhere, even if deleted: file systems reuse the numbers of freed inodes only. */
function identityOf(file: string): number {
  const { dev, ino } = statSync(file, { bigint: true, throwIfNoEntry: false }) ?? {};
  return createHash('sha256').update(`${dev}:${ino}`).digest().readUInt32BE() >>> 1;
}

async function acquire(options: DataSourceOptions, database: string, lockFile: string): Promise<DataSource> {
  const lock = new DataSource({ ...options, database: lockFile, entities: [], migrations: [] } as DataSourceOptions);
  await lock.initialize();
  try {
    // A process that serves the file holds the lock until it exits, so waiting is useless.
    await lock.query('PRAGMA busy_timeout = 0');
    // Nothing is written to the lock file, so it needs no journal file.
    await lock.query('PRAGMA journal_mode = memory');
    await lock.query('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    await lock.destroy();
    throw errorCode(error) === 'SQLITE_BUSY' ? inUse(database, error) : error;
  }
}

/**
 * Checks that no other connection has the database open under any name, and stores the identity of the lock file. A
 * connection in WAL mode holds a shared lock on the database file from its first statement until it closes; in exclusive
 * locking mode, a write begins only when no other connection holds such a lock.
 */
async function claim(writer: DataSource, database: string, identity: number): Promise<void> {
  // beginExclusive() retries by itself. The busy timeout of the service is set later, with the other pragmas.
  await writer.query('PRAGMA busy_timeout = 0');
  await writer.query('PRAGMA journal_mode = wal');
  // A read comes first: a connection whose first access to the log is exclusive cannot return to normal mode.
  await writer.query('SELECT 1 FROM sqlite_schema');
  await writer.query('PRAGMA locking_mode = EXCLUSIVE');
  await beginExclusive(writer, database);
  await writer.query(`PRAGMA user_version = ${identity}`);
  await writer.query('COMMIT');
  // Downgrades to the shared lock, without releasing it, at the end of the next transaction.
  await writer.query('PRAGMA locking_mode = NORMAL');
  await writer.query('BEGIN IMMEDIATE');
  await writer.query('COMMIT');
  // Writes user_version to the database file, for a process that opens it by another name, without this log.
  await writer.query('PRAGMA wal_checkpoint(PASSIVE)');
}

async function beginExclusive(writer: DataSource, database: string): Promise<void> {
  const deadline = performance.now() + probeTimeoutMs;
  for (;;) {
    try {
      await writer.query('BEGIN IMMEDIATE');
      return;
    } catch (error) {
      if (errorCode(error) !== 'SQLITE_BUSY') throw error;
      if (performance.now() >= deadline) throw openElsewhere(database, error);
      await pause(probeIntervalMs);
    }
  }
}

function inUse(database: string, cause?: unknown): DatabaseInUse {
  return new DatabaseInUse(
    `The SQLite file ${database} is in use by another process, a server or an import. ` +
      'Only one at a time may write to it: stop the other, or move to PostgreSQL, where many can.',
    { cause },
  );
}

function openElsewhere(database: string, cause: unknown): UnusableDatabase {
  return new UnusableDatabase(
    `The SQLite file ${database} is in use by another process, and not with the lock file ${database}.lock: that was ` +
      'deleted or replaced, or the process knows the database by another name. Stop the process (fuser names it): a ' +
      'server, an import, or a tool such as npm run verify or npm run backup. Then start again.',
    { cause },
  );
}
