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
    private readonly lock: DataSource,
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

  transactions(runnerOf: RunnerOf): Transactions {
    return new SqliteTransactions(runnerOf(this.writer), this.readers.map(runnerOf));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.readers, this.lock].map((connection) => connection.destroy()));
  }
}

async function openReader(writer: DataSource): Promise<DataSource> {
  const reader = new DataSource({ ...writer.options, flags: sqlite3.OPEN_READONLY } as typeof writer.options);
  await reader.initialize();
  await setAndCheckPragmas(reader);
  return reader;
}
