import sqlite3 from 'sqlite3';
import { DataSource } from 'typeorm';
import { Connections } from '../connections.js';
import type { RunnerOf, Transactions } from '../transactions.js';
import { setAndCheckPragmas } from './pragmas.js';
import { beSoleProcess } from './sole-process.js';
import { SqliteTransactions } from './sqlite-transactions.js';

/** Reads run side by side on this many connections. SQLite's worker threads are four. */
const readerCount = 4;

/** One connection that writes, and some that read what is committed. */
export class SqliteConnections extends Connections {
  private constructor(
    /** Absent where nothing is written, and nobody need be kept out. */
    private readonly lock: DataSource | undefined,
    private readonly writer: DataSource,
    private readonly readers: readonly DataSource[],
  ) {
    super();
  }

  /** Brings the schema up to date through `writer` and opens the readers beside it. */
  static async open(writer: DataSource): Promise<Connections> {
    const lock = await beSoleProcess(writer.options);
    try {
      await setAndCheckPragmas(writer);
      await writer.runMigrations({ transaction: 'each' });
      // TypeORM turns foreign keys off and on again around migrations.
      await setAndCheckPragmas(writer);
      const readers = await Promise.all(Array.from({ length: readerCount }, () => openReader(writer)));
      return new SqliteConnections(lock, writer, readers);
    } catch (error) {
      await lock.destroy();
      throw error;
    }
  }

  /** Opens a reader beside `source`, which can't write either. No process that writes has to wait for them. */
  static async openForReading(source: DataSource): Promise<Connections> {
    return new SqliteConnections(undefined, source, [await new DataSource(source.options).initialize()]);
  }

  transactions(runnerOf: RunnerOf): Transactions {
    return new SqliteTransactions(runnerOf(this.writer), this.readers.map(runnerOf));
  }

  async onApplicationShutdown(): Promise<void> {
    const opened = this.lock ? [...this.readers, this.lock] : this.readers;
    await Promise.all(opened.map((connection) => connection.destroy()));
  }
}

async function openReader(writer: DataSource): Promise<DataSource> {
  const reader = new DataSource({ ...writer.options, flags: sqlite3.OPEN_READONLY } as typeof writer.options);
  await reader.initialize();
  await setAndCheckPragmas(reader);
  return reader;
}
