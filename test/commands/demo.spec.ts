import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataSourceOptions } from '../../ormconfig.js';
import { Program } from '../../scripts/servers/program.js';
import { withFileLock } from '../../src/platform/database/sqlite/file/process-lock.js';
import { describeStartFailure } from '../../src/platform/process/start-failure.js';

describe('npm run demo', () => {
  let folder: string;
  let demo: Program;
  let port: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'movie-rental-demo-'));
    demo = start({ HOST: '0.0.0.0' });
    port = new URL(await demo.url()).port;
  });
  afterAll(async () => {
    await demo.kill('SIGTERM');
    await rm(folder, { recursive: true });
  });

  const start = (env: NodeJS.ProcessEnv): Program =>
    Program.start('commands/demo.js', { PORT: '0', SHUTDOWN_GRACE_MS: '0', ...env }, [], { cwd: folder });

  const rental = async (): Promise<number> => (await fetch(`http://localhost:${port}/movie_rents/26`)).status;

  it('serves the datasets from a new file in any working directory, and names the file', async () => {
    expect(demo.stdout).toContain(join(folder, 'data/demo.sqlite'));
    expect(await rental()).toBe(200);
  });

  it('prints the address that it is bound to', () => {
    expect(demo.stdout).toContain(`http://0.0.0.0:${port}/ (all interfaces)`);
    expect(demo.stdout).not.toContain('127.0.0.1');
  });

  it('does not touch the file while another demonstration serves it', async () => {
    const file = join(folder, 'data/demo.sqlite');
    const { ino } = await stat(file);
    const other = start({});
    expect(await other.exited).toMatchObject({ code: 1 });
    expect(other.stderr).not.toMatch(/^ +at /m);
    expect(other.stderr).toMatch(
      /^The service can't start\. The SQLite file .*demo\.sqlite is in use by another process/,
    );
    expect((await stat(file)).ino).toBe(ino);
    expect(await rental()).toBe(200);
  });

  // The demonstration reports a failed start like the service, by describeStartFailure().
  it('names the remedy if the port is in use, or the host belongs to another machine', async () => {
    const refusals: [host: string, sentence: RegExp][] = [
      ['0.0.0.0', /^The service can't start\. listen EADDRINUSE.*Set PORT to a free port/],
      ['203.0.113.7', /^The service can't start\. listen EADDRNOTAVAIL.*Set HOST to an address/],
    ];
    for (const [host, sentence] of refusals) {
      const server = createServer().listen(Number(port), host);
      const [error] = await once(server, 'error');
      expect(describeStartFailure(error)).toMatch(sentence);
    }
  });

  it('reports that its file cannot be created', async () => {
    const file = join(folder, 'none');
    await writeFile(file, '');
    const locking = withFileLock(dataSourceOptions(`sqlite:${file}/demo.sqlite`), () => Promise.resolve());
    expect(await locking.then(() => '', describeStartFailure)).toMatch(
      /can't start\. The SQLite file .*demo\.sqlite can't be created: E/,
    );
  });
});
