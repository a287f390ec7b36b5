import { Client } from 'pg';
import sqlite3 from 'sqlite3';
import { Network } from './tcp-proxy.js';

/** A way to a database that can be cut off, as by a broken network or another program that keeps it busy. */
export class Outage {
  private url = '';
  private readonly network = new Network();
  private blocker?: sqlite3.Database;

  /** Whether it takes reading away too. SQLite's readers wait for no lock. */
  get stopsReading(): boolean {
    return !this.url.startsWith('sqlite:');
  }

  readonly wayTo = async (url: string): Promise<string> => {
    this.url = url;
    return this.stopsReading ? this.network.wayTo(url) : url;
  };

  async begin(): Promise<void> {
    if (this.stopsReading) {
      this.network.cut();
      return;
    }
    this.blocker = await openFile(this.url);
    await execute(this.blocker, 'BEGIN IMMEDIATE');
  }

  /** Lets go of what it holds. A broken network stays broken. */
  async end(): Promise<void> {
    if (this.blocker) await execute(this.blocker, 'ROLLBACK');
  }
}

/** Does to a service's database what the service has no way to do. */
export async function behindItsBack(url: string, sql: string): Promise<void> {
  if (url.startsWith('sqlite:')) {
    const file = await openFile(url);
    await execute(file, sql).finally(() => new Promise((closed) => file.close(closed)));
    return;
  }
  const client = await connect(url);
  await client.query(sql).finally(() => client.end());
}

/** What a query finds in a service's database, whatever the service shows of it. */
export async function rowsBehindItsBack(url: string, sql: string): Promise<object[]> {
  if (url.startsWith('sqlite:')) {
    const file = await openFile(url);
    return new Promise((resolve, reject) => {
      file.all<object>(sql, (error, rows) => file.close(() => (error ? reject(error) : resolve(rows))));
    });
  }
  const client = await connect(url);
  const { rows } = await client.query<object>(sql).finally(() => client.end());
  return rows;
}

/** Lets no unit of work of a service go on that writes with an Idempotency-Key, until it is released. */
export async function holdWrites(url: string): Promise<() => Promise<void>> {
  if (url.startsWith('sqlite:')) {
    const file = await openFile(url);
    await execute(file, 'BEGIN IMMEDIATE');
    return async () => {
      await execute(file, 'ROLLBACK');
      await new Promise((closed) => file.close(closed));
    };
  }
  const client = await connect(url);
  await client.query('BEGIN; LOCK TABLE idempotency_key IN EXCLUSIVE MODE');
  return () => client.end();
}

/** Lets no unit of work of a service rent a movie, until it is released. */
export async function holdMovie(url: string, movieId: number): Promise<() => Promise<void>> {
  if (url.startsWith('sqlite:')) return holdWrites(url);
  const client = await connect(url);
  await client.query('BEGIN');
  await client.query('SELECT FROM movie WHERE id = $1 FOR UPDATE', [movieId]);
  return () => client.end();
}

export function dropEverything(url: string): Promise<void> {
  return behindItsBack(
    url,
    ['DROP VIEW loan', 'DROP VIEW open_loan', ...tables.map((table) => `DROP TABLE ${table}`)].join(';'),
  );
}

const tables = [
  ...['idempotency_key', 'event', 'renewal', 'client_block', 'movie_rent_detail', 'movie_rent', 'client'],
  ...['movie_copy', 'movie', 'genre', 'shop'],
];

/** Connects to PostgreSQL. A connection that breaks fails its queries, and not the process by an 'error' event. */
async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

function openFile(url: string): Promise<sqlite3.Database> {
  return new Promise((resolve, reject) => {
    const file = new sqlite3.Database(url.replace(/^sqlite:/, ''), (error) => (error ? reject(error) : resolve(file)));
  });
}

function execute(file: sqlite3.Database, sql: string): Promise<void> {
  return new Promise((resolve, reject) => file.exec(sql, (error) => (error ? reject(error) : resolve())));
}
