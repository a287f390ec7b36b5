import sqlite3 from 'sqlite3';

/** A separate connection for probes and key lookups, which bypasses the queues of units of work. */
export class SqliteProbe {
  private database?: Promise<sqlite3.Database>;

  constructor(private readonly file: string) {}

  async query<Row extends object>(sql: string): Promise<Row[]> {
    this.database ??= open(this.file);
    const database = await this.database.catch((error: unknown) => {
      this.database = undefined;
      throw error;
    });
    return new Promise((resolve, reject) =>
      database.all<Row>(sql, (error, rows) => (error ? reject(error) : resolve(rows))),
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
