import { Logger } from '@nestjs/common';
import sqlite3 from 'sqlite3';
import { DataSource } from 'typeorm';
import { ServiceUnavailable } from '../../../kernel/domain-error.js';
import { Database } from '../engine/database.js';
import { refuseDatesIn } from '../columns/date-parameters.js';
import type { RunnerFactory, TransactionManager } from '../engine/transaction-manager.js';
import { assertFileWritable } from './file/assert-writable.js';
import { checkPages } from './file/check-pages.js';
import { connectionOf } from './driver.js';
import { type SqliteOptions, walLimitBytes } from './options.js';
import { executedMigrationsSql, pendingMigrations } from '../engine/schema-version.js';
import { setAndCheckPragmas } from './pragmas.js';
import { removeEmptyLog } from './file/remove-empty-log.js';
import { acquireProcessLock } from './file/process-lock.js';
import { SqliteProbe } from './sqlite-probe.js';
import { SqliteTransactions } from './sqlite-transactions.js';
import { minThreads, readerCount, threadCount } from './thread-pool.js';
import { checkpoint } from './file/write-ahead-log.js';

/** A SQLite database: one writer connection and several read-only connections. */
export class SqliteDatabase extends Database {
  private readonly logger = new Logger('Database');
  private manager?: SqliteTransactions;
  private readonly probe: SqliteProbe;

  private constructor(
    /** The process lock; absent if the database is opened read-only or beside the process that serves it. */
    private readonly lock: DataSource | undefined,
    private readonly writer: DataSource,
    private readonly readers: readonly DataSource[],
  ) {
    super();
    this.probe = new SqliteProbe(String(writer.options.database));
  }

  /** Acquires the process lock, runs pending migrations and opens the readers. */
  static async open(writer: DataSource): Promise<Database> {
    const lock = await acquireProcessLock(writer);
    try {
      await setAndCheckPragmas(writer);
      await checkPages(writer);
      await writer.runMigrations({ transaction: 'each' });
      // TypeORM turns foreign keys off and on again around migrations.
      await setAndCheckPragmas(writer);
      // SQLite silently opens a file without write permission read-only.
      await assertFileWritable(writer);
      const readers = Array.from({ length: readerCount(threadCount()) }, () => openReader(writer));
      const database = new SqliteDatabase(lock, writer, await Promise.all(readers));
      database.warnAboutThreads();
      return database;
    } catch (error) {
      await lock.destroy();
      throw error;
    }
  }

  /** Opens a read-only database. Does not block writers of other processes. */
  static async openForReading(source: DataSource): Promise<Database> {
    return new SqliteDatabase(undefined, source, [await refuseDatesIn(new DataSource(source.options)).initialize()]);
  }

  /** Opens a database that another process serves, for short writes. */
  static async openBeside(source: DataSource): Promise<Database> {
    await setAndCheckPragmas(source);
    return new SqliteDatabase(undefined, source, [await openReader(source)]);
  }

  transactions(runnerOf: RunnerFactory): TransactionManager {
    const { options } = this.writer;
    this.manager = new SqliteTransactions(runnerOf(this.writer), this.readers.map(runnerOf), {
      file: String(options.database),
      limitBytes: walLimitBytes(options),
      interruptReaders: () => this.readers.forEach((reader) => connectionOf(reader).interruptStatement()),
    });
    return this.manager;
  }

  async pendingMigrations(): Promise<string[]> {
    return pendingMigrations(this.writer, await this.probe.query(executedMigrationsSql));
  }

  async lookUp<Row extends object>(sql: string): Promise<Row[]> {
    return this.probe.query<Row>(sql).catch((error: unknown) => {
      throw new ServiceUnavailable(error);
    });
  }

  async assertWritable(): Promise<void> {
    await this.manager!.assertWritable();
  }

  /**
   * Closes the writer after all readers: SQLite removes the write-ahead log only if the last closed connection can write.
   * Afterwards a single file holds the whole database.
   */
  async onApplicationShutdown(): Promise<void> {
    await this.probe.close();
    await this.manager?.close();
    await Promise.all(this.readers.map((reader) => reader.destroy()));
    if (this.lock) await this.checkpointAtEnd();
    await this.writer.destroy();
    if (!this.lock) await removeEmptyLog(this.writer.options);
    await this.lock?.destroy();
  }

  /** Makes a final checkpoint, which closing the connection skips while another process reads the file. */
  private async checkpointAtEnd(): Promise<void> {
    const outcome = await checkpoint(this.writer).catch((error: unknown) => ({ err: error }));
    if (outcome === true) return;
    this.logger.warn({
      msg: 'The write-ahead log could not be emptied: copy the files -wal and -shm together with the SQLite file.',
      ...(outcome || {}),
    });
  }

  private warnAboutThreads(): void {
    const threads = threadCount();
    if (threads >= minThreads) return;
    this.logger.warn(
      `UV_THREADPOOL_SIZE is ${threads}: one slow read can stop all writes. Set it to ${minThreads} or more.`,
    );
  }
}

async function openReader(writer: DataSource): Promise<DataSource> {
  const reader = refuseDatesIn(
    new DataSource({ ...writer.options, flags: sqlite3.OPEN_READONLY } as typeof writer.options),
  );
  await reader.initialize();
  await setAndCheckPragmas(reader);
  connectionOf(reader).limitStatements((writer.options as SqliteOptions).statementTimeoutMs);
  return reader;
}
