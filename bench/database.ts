import { Client } from 'pg';
import sqlite3 from 'sqlite3';

/** A database to be filled with test data. */
export interface Database {
  run(sql: string): Promise<unknown>;
  columnsOf(table: string): Promise<ReadonlySet<string>>;
  /** Updates statistics and checkpoints after large writes. */
  settle(): Promise<unknown>;
  close(): Promise<void>;
}

export function openDatabase(url: string): Promise<Database> {
  return url.startsWith('sqlite:') ? openSqlite(url.slice('sqlite:'.length)) : openPostgres(url);
}

async function openSqlite(file: string): Promise<Database> {
  const database = new sqlite3.Database(file);
  const run = (sql: string) =>
    new Promise<void>((done, fail) => database.exec(sql, (error) => (error ? fail(error) : done())));
  // Only for filling: the settings belong to this connection.
  await run('PRAGMA synchronous = OFF; PRAGMA cache_size = -200000');
  return {
    run,
    columnsOf: (table) =>
      new Promise((done, fail) =>
        database.all<{ name: string }>('SELECT name FROM pragma_table_info(?)', [table], (error, rows) =>
          error ? fail(error) : done(new Set(rows.map(({ name }) => name))),
        ),
      ),
    settle: () => run('PRAGMA wal_checkpoint(TRUNCATE)'),
    close: () => new Promise((done, fail) => database.close((error) => (error ? fail(error) : done()))),
  };
}

async function openPostgres(connectionString: string): Promise<Database> {
  const client = new Client({ connectionString });
  await client.connect();
  return {
    run: (sql) => client.query(sql),
    async columnsOf(table) {
      const sql = 'SELECT column_name FROM information_schema.columns WHERE table_name = $1';
      const { rows } = await client.query<{ column_name: string }>(sql, [table]);
      return new Set(rows.map(({ column_name: name }) => name));
    },
    settle: () => client.query('VACUUM ANALYZE'),
    close: () => client.end(),
  };
}
