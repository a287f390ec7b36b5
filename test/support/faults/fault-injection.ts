import type sqlite3 from 'sqlite3';
import { closeFile, connect, execute, executeRaw, openFile, queryRaw } from '../database/raw-database.js';
import { TcpProxy } from './tcp-proxy.js';

/** An outage of a database: a broken network on PostgreSQL, a write lock of another program on SQLite. */
export class DatabaseOutage {
  private url = '';
  private readonly proxy = new TcpProxy();
  private blocker?: sqlite3.Database;

  /** Whether the outage blocks reads, too. Readers of SQLite wait for no lock. */
  get blocksReads(): boolean {
    return !this.url.startsWith('sqlite:');
  }

  /** Returns the URL by which the service has to reach the database. */
  readonly proxyTo = async (url: string): Promise<string> => {
    this.url = url;
    return this.blocksReads ? this.proxy.proxyTo(url) : url;
  };

  async begin(): Promise<void> {
    if (this.blocksReads) {
      this.proxy.cut();
      return;
    }
    this.blocker = await openFile(this.url);
    await execute(this.blocker, 'BEGIN IMMEDIATE');
  }

  /** Releases the write lock. A broken network stays broken. */
  async end(): Promise<void> {
    if (this.blocker) await execute(this.blocker, 'ROLLBACK');
  }
}

/** Blocks the writes that have an Idempotency-Key. Returns the function that releases them. */
export async function blockWrites(url: string): Promise<() => Promise<void>> {
  if (url.startsWith('sqlite:')) {
    const file = await openFile(url);
    await execute(file, 'BEGIN IMMEDIATE');
    return async () => {
      await execute(file, 'ROLLBACK');
      await closeFile(file);
    };
  }
  const client = await connect(url);
  await client.query('BEGIN; LOCK TABLE idempotency_key IN EXCLUSIVE MODE');
  return () => client.end();
}

/** Locks the row of a movie, on SQLite the database. Returns the function that releases the lock. */
export async function lockMovie(url: string, movieId: number): Promise<() => Promise<void>> {
  if (url.startsWith('sqlite:')) return blockWrites(url);
  const client = await connect(url);
  await client.query('BEGIN');
  await client.query('SELECT FROM movie WHERE id = $1 FOR UPDATE', [movieId]);
  return () => client.end();
}

/** Drops all tables and views of the service. */
export async function dropSchema(url: string): Promise<void> {
  if (!url.startsWith('sqlite:')) {
    await executeRaw(url, 'DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    return;
  }
  // A full-text index drops its shadow tables; it is named after its table, and sorts behind it.
  const drops = await queryRaw<{ sql: string }>(
    url,
    `SELECT 'DROP ' || type || ' IF EXISTS "' || name || '"' AS sql FROM sqlite_master
     WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY type DESC, sql LIKE 'CREATE VIRTUAL%' DESC`,
  );
  await executeRaw(url, drops.map(({ sql }) => sql).join(';'));
}
