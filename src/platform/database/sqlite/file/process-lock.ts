import { createHash } from 'node:crypto';
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { errorCode } from '../../../../kernel/error-code.js';
import { UnusableDatabase } from '../../engine/unusable-database.js';
import { prepareDatabaseFile } from './database-file.js';
import { createPrivateFile, makePrivate } from './private-file.js';

/** How long to wait for a tool that is reading the database, in ms, and how often to try. */
const probeTimeoutMs = 1_000;
const probeIntervalMs = 100;

/**
 * Keeps every other process of ours from serving the same SQLite file, until the returned DataSource is destroyed:
 * units of work take turns within one process only. The lock is one of the operating system's, on a file beside the
 * database, and goes with the process however that ends. Reading the database from elsewhere stays possible.
 *
 * The database remembers which lock file it was last served with. With another one, nobody else may have the database
 * open at all: the lock file may have been deleted, or the database has another name. See docs/decisions/0030.
 * @throws UnusableDatabase
 */
export async function acquireProcessLock(writer: DataSource): Promise<DataSource> {
  const database = realpathSync.native(String(writer.options.database));
  assertOneName(database);
  const lockFile = `${database}.lock`;
  createPrivateFile(lockFile);
  makePrivate(lockFile);
  // SQLite would open it for reading, and let two processes hold the lock at once.
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
 * Does `work` while no process of ours serves the SQLite file, or begins to. Makes the file where it doesn't exist.
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
    throw new UnusableDatabase(`The SQLite file ${file} can't be made: ${(error as Error).message}.`, { cause: error });
  }
}

/** By another name, SQLite would look for the write-ahead log elsewhere, and miss what is committed there. */
function assertOneName(database: string): void {
  const { nlink } = statSync(database);
  if (nlink <= 1) return;
  throw new UnusableDatabase(
    `The SQLite file ${database} has ${nlink} names (hard links), by which two processes could write to it at once. ` +
      `Remove the others (find <folder> -samefile ${database}), or serve a copy made by npm run backup.`,
  );
}

/** The same for as long as the file is open anywhere, even deleted: file systems reuse the numbers of freed inodes only. */
function identityOf(file: string): number {
  const { dev, ino } = statSync(file, { bigint: true, throwIfNoEntry: false }) ?? {};
  return createHash('sha256').update(`${dev}:${ino}`).digest().readUInt32BE() >>> 1;
}

async function acquire(options: DataSourceOptions, database: string, lockFile: string): Promise<DataSource> {
  const lock = new DataSource({ ...options, database: lockFile, entities: [], migrations: [] } as DataSourceOptions);
  await lock.initialize();
  try {
    // A process that serves the file does so for long: there is nothing to wait for.
    await lock.query('PRAGMA busy_timeout = 0');
    // Nothing is written to it: it needs no journal beside it.
    await lock.query('PRAGMA journal_mode = memory');
    await lock.query('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    await lock.destroy();
    throw errorCode(error) === 'SQLITE_BUSY' ? inUse(database, error) : error;
  }
}

/**
 * Makes sure that no other connection has the database open, by whichever name, and writes down the lock file meanwhile.
 * From the first statement on, a connection in WAL mode holds a shared lock on the database file itself until it closes;
 * in exclusive locking mode, a write begins only when no other connection holds one.
 */
async function claim(writer: DataSource, database: string, identity: number): Promise<void> {
  // The attempts below are repeated here; the service's own limit is set later, with the other pragmas.
  await writer.query('PRAGMA busy_timeout = 0');
  await writer.query('PRAGMA journal_mode = wal');
  // Reads once before: a connection whose first access to the log is exclusive can't go back.
  await writer.query('SELECT 1 FROM sqlite_schema');
  await writer.query('PRAGMA locking_mode = EXCLUSIVE');
  await beginExclusive(writer, database);
  await writer.query(`PRAGMA user_version = ${identity}`);
  await writer.query('COMMIT');
  // Goes back to the shared lock, without letting go of it, at the end of the next transaction.
  await writer.query('PRAGMA locking_mode = NORMAL');
  await writer.query('BEGIN IMMEDIATE');
  await writer.query('COMMIT');
  // Into the file itself, for a process that opens it by a name without a write-ahead log beside it.
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

function inUse(database: string, cause?: unknown): UnusableDatabase {
  return new UnusableDatabase(
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
