import { Client, Pool } from 'pg';
import sqlite3 from 'sqlite3';

/** Executes SQL directly on the database of a service. */
export async function executeRaw(url: string, sql: string): Promise<void> {
  if (url.startsWith('sqlite:')) {
    const file = await openFile(url);
    await execute(file, sql).finally(() => closeFile(file));
    return;
  }
  await queryPostgres(url, sql);
}

/** Returns the rows of a query, directly from the database of a service. */
export async function queryRaw<Row extends object = object>(url: string, sql: string): Promise<Row[]> {
  if (url.startsWith('sqlite:')) {
    const file = await openFile(url);
    return new Promise((resolve, reject) => {
      file.all<Row>(sql, (error, rows) => file.close(() => (error ? reject(error) : resolve(rows))));
    });
  }
  return queryPostgres<Row>(url, sql);
}

/** Connections per URL, kept for a while: opening one takes the server as long as a hundred short queries. */
const pools = new Map<string, Pool>();

/** Executes SQL on a PostgreSQL database, on a connection that other calls do not use at the same time. */
export async function queryPostgres<Row extends object>(url: string, sql: string): Promise<Row[]> {
  let pool = pools.get(url);
  if (!pool) {
    pool = new Pool({ connectionString: url, idleTimeoutMillis: 2_000, allowExitOnIdle: true });
    // The server may end an idle connection. The next query opens another.
    pool.on('error', () => undefined);
    pools.set(url, pool);
  }
  return (await pool.query<Row>(sql)).rows;
}

/** Connects to PostgreSQL. A broken connection fails its queries; its 'error' event does not end the process. */
export async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

export function openFile(url: string): Promise<sqlite3.Database> {
  return new Promise((resolve, reject) => {
    const file = new sqlite3.Database(url.replace(/^sqlite:/, ''), (error) => (error ? reject(error) : resolve(file)));
  });
}

export function closeFile(file: sqlite3.Database): Promise<void> {
  return new Promise((resolve) => file.close(() => resolve()));
}

export function execute(file: sqlite3.Database, sql: string): Promise<void> {
  return new Promise((resolve, reject) => file.exec(sql, (error) => (error ? reject(error) : resolve())));
}
