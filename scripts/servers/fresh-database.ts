import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { parseDatabaseUrl } from '../../src/kernel/database-url.js';
import { UnusableDatabase } from '../../src/platform/database/engine/unusable-database.js';

/**
 * Creates an empty database while `use` runs: a temporary SQLite file or, if the URL names a PostgreSQL database, a new
 * database on its server. The database of the URL itself is not changed.
 * @throws UnusableDatabase if the server doesn't create it
 */
export async function withFreshDatabase<Result>(
  databaseUrl: string,
  use: (url: string) => Promise<Result>,
): Promise<Result> {
  const parsed = parseDatabaseUrl(databaseUrl);
  const { url, drop } = parsed.type === 'sqlite' ? await createFile() : await createDatabase(parsed.url);
  try {
    return await use(url);
  } finally {
    await drop();
  }
}

async function createFile() {
  const folder = await mkdtemp(join(tmpdir(), 'movie-rental-'));
  return {
    url: `sqlite:${join(folder, 'shop.sqlite')}`,
    drop: () => rm(folder, { recursive: true, force: true }),
  };
}

async function createDatabase(server: string) {
  const name = `replay_${randomUUID().replaceAll('-', '')}`;
  await execute(server, `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`).catch((error: Error) => {
    throw new UnusableDatabase(
      `The server of DATABASE_URL creates no database: ${error.message}. Use a user that may create databases.`,
    );
  });
  // The data is of no use after a crash.
  await execute(server, `ALTER DATABASE ${name} SET synchronous_commit = off`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => execute(server, `DROP DATABASE ${name} WITH (FORCE)`) };
}

async function execute(connectionString: string, sql: string): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
