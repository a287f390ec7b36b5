import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../scripts/servers/free-port.js';
import { until } from '../until.js';

export const isPgBouncerInstalled = spawnSync('pgbouncer', ['--version']).status === 0;

/** Starts a PgBouncer that pools sessions of the server at `server`, with additional configuration lines. */
export async function startPgBouncer(
  server: string,
  ...settings: readonly string[]
): Promise<{ urlOf(database: string): string; stop(): Promise<void> }> {
  const { hostname, port, username, password } = new URL(server);
  const folder = await mkdtemp(join(tmpdir(), 'movie-rental-pgbouncer-'));
  await chmod(folder, 0o755);
  const ownPort = await freePort();
  const file = join(folder, 'pgbouncer.ini');
  await writeFile(
    file,
    [
      '[databases]',
      `* = host=${hostname} port=${port} user=${username} password=${password}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${ownPort}`,
      'unix_socket_dir =',
      'auth_type = any',
      'pool_mode = session',
      ...settings,
    ].join('\n'),
  );
  // PgBouncer refuses to run as root.
  const asUser = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const program: ChildProcess = spawn('pgbouncer', [...asUser, file], { stdio: 'ignore' });
  await until('PgBouncer listens', () => canConnect(ownPort));
  return {
    urlOf(database) {
      const url = new URL(database);
      url.host = `127.0.0.1:${ownPort}`;
      return url.href;
    },
    async stop() {
      const exited = once(program, 'exit');
      program.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}

async function canConnect(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
