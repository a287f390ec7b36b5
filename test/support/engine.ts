import { randomUUID } from 'node:crypto';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { queryPostgres } from './database/raw-database.js';

/** The database of the current run: each test runs once on each. Set by test/jest/databases/on-sqlite.ts and on-postgres.ts. */
declare const engine: 'sqlite' | 'postgres';

export const isSqlite = (): boolean => engine === 'sqlite';

export interface FreshDatabase {
  /** The DATABASE_URL of the service. */
  readonly url: string;
  drop(): Promise<void>;
}

/**
 * Creates a database without rows, as a copy of a migrated one, which takes a fraction of the time of the migrations.
 */
export async function freshDatabase(): Promise<FreshDatabase> {
  if (isSqlite()) {
    const file = await freshFile();
    await copyFile(process.env['TEST_SQLITE_TEMPLATE']!, file.url.replace(/^sqlite:/, ''));
    return file;
  }
  return freshDatabaseOn(process.env['TEST_DATABASE_URL']!, process.env['TEST_DATABASE_TEMPLATE']);
}

/** Creates a database without tables. */
export function emptyDatabase(): Promise<FreshDatabase> {
  return isSqlite() ? freshFile() : freshDatabaseOn(process.env['TEST_DATABASE_URL']!);
}

/** Creates an empty SQLite file, also if the tests run on PostgreSQL. */
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
export async function freshDatabaseOn(server: string, template?: string): Promise<FreshDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  return {
    url: await createDatabase(server, name, template),
    async drop() {
      await queryPostgres(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

/** Creates a PostgreSQL database. Returns its URL. */
export async function createDatabase(server: string, name: string, template = 'template1'): Promise<string> {
  // Copying files is faster than the default, which writes each page to the write-ahead log.
  await queryPostgres(server, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
