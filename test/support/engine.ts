import { randomUUID } from 'node:crypto';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'pg';

/** Which database the tests run on now: each of them runs once on each. Set by test/jest/on-sqlite.ts and on-postgres.ts. */
declare const engine: 'sqlite' | 'postgres';

export const isSqlite = (): boolean => engine === 'sqlite';

export interface FreshDatabase {
  /** What to give the service as DATABASE_URL. */
  readonly url: string;
  drop(): Promise<void>;
}

/** A database without rows: a copy of a migrated one, which takes a fraction of the time that migrating takes. */
export async function freshDatabase(): Promise<FreshDatabase> {
  if (isSqlite()) {
    const file = await freshFile();
    await copyFile(process.env['TEST_SQLITE_TEMPLATE']!, file.url.replace(/^sqlite:/, ''));
    return file;
  }
  return freshDatabaseOn(process.env['TEST_DATABASE_URL']!, process.env['TEST_DATABASE_TEMPLATE']);
}

/** A database without tables. */
export function emptyDatabase(): Promise<FreshDatabase> {
  return isSqlite() ? freshFile() : freshDatabaseOn(process.env['TEST_DATABASE_URL']!);
}

/** An empty SQLite file of one's own, whichever database the tests run on. */
export async function freshFile(): Promise<FreshDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'movie-rental-'));
  return {
    url: `sqlite:${join(folder, 'shop.sqlite')}`,
    drop: () => rm(folder, { recursive: true, force: true }),
  };
}

/**
 * @param server the URL of a PostgreSQL server's user who may create databases
 * @param template the database to copy, which must have no connections
 */
export async function freshDatabaseOn(server: string, template = 'template1'): Promise<FreshDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  // Copying files is faster than the default, which writes each page to the write-ahead log.
  await command(server, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => command(server, `DROP DATABASE ${name} WITH (FORCE)`) };
}

/** One connection to each server, which stays open: a new one takes as long as the copy of a database. */
const servers = new Map<string, Pool>();

async function command(server: string, sql: string): Promise<void> {
  let pool = servers.get(server);
  if (!pool) {
    pool = new Pool({ connectionString: server, max: 1, idleTimeoutMillis: 0, allowExitOnIdle: true });
    // A server that stops ends the connection. The next command opens another.
    pool.on('error', () => undefined);
    servers.set(server, pool);
  }
  await pool.query(sql);
}
