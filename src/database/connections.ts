import type { OnApplicationShutdown } from '@nestjs/common';
import sqlite3 from 'sqlite3';
import { DataSource } from 'typeorm';
import { setAndCheckPragmas } from './pragmas.js';

/** Reads run side by side on this many connections. SQLite's worker threads are four. */
const readerCount = 4;

/** The connections to the shop's database: one that writes, and some that read what is committed. */
export class Connections implements OnApplicationShutdown {
  private constructor(
    readonly writer: DataSource,
    readonly readers: readonly DataSource[],
  ) {}

  /** Brings the schema up to date through `writer` and opens the readers beside it. */
  static async open(writer: DataSource): Promise<Connections> {
    await setAndCheckPragmas(writer);
    await writer.runMigrations({ transaction: 'each' });
    // TypeORM turns foreign keys off and on again around migrations.
    await setAndCheckPragmas(writer);
    const readers = await Promise.all(Array.from({ length: readerCount }, () => openReader(writer)));
    return new Connections(writer, readers);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.readers.map((reader) => reader.destroy()));
  }
}

async function openReader(writer: DataSource): Promise<DataSource> {
  const reader = new DataSource({
    ...writer.options,
    flags: sqlite3.OPEN_READONLY,
    migrations: [],
  } as typeof writer.options);
  await reader.initialize();
  await setAndCheckPragmas(reader);
  return reader;
}
