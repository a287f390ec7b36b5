import sqlite3 from 'sqlite3';
import { executedMigrationsSql } from '../engine/schema-version.js';

/** A separate connection for the readiness probe, which bypasses the queues of units of work. */
export class SqliteProbe {
  private database?: Promise<sqlite3.Database>;

  constructor(private readonly file: string) {}

  /** Returns the executed migrations. */
  async executedMigrations(): Promise<readonly { name: string }[]> {
    this.database ??= open(this.file);
    const database = await this.database.catch((error: unknown) => {
      this.database = undefined;
      throw error;
    });
    return new Promise((resolve, reject) =>
      database.all<{ name: string }>(executedMigrationsSql, (error, rows) => (error ? reject(error) : resolve(rows))),
    );
  }

  async close(): Promise<void> {
    const database = await this.database?.catch(() => undefined);
    await new Promise<void>((resolve) => (database ? database.close(() => resolve()) : resolve()));
  }
}

function open(file: string): Promise<sqlite3.Database> {
  return new Promise((resolve, reject) => {
    const database: sqlite3.Database = new sqlite3.Database(file, sqlite3.OPEN_READONLY, (error) =>
      error ? reject(error) : resolve(database),
    );
  });
}
