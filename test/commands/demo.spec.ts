import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program } from '../../scripts/support/program.js';

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

  function start(env: NodeJS.ProcessEnv, cwd = folder): Program {
    return Program.start('commands/demo.js', { PORT: '0', SHUTDOWN_GRACE_MS: '0', ...env }, [], { cwd });
  }

  async function failureOf(program: Program): Promise<string> {
    expect(await program.exited).toMatchObject({ code: 1 });
    expect(program.stderr).not.toMatch(/^ +at /m);
    return program.stderr;
  }

  const rental = async (): Promise<number> => (await fetch(`http://localhost:${port}/movie_rents/26`)).status;

  it('serves the datasets from a file of its own in any working directory, and names the file', async () => {
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
    expect(await failureOf(start({}))).toMatch(
      /^The service can't start\. The SQLite file .*demo\.sqlite is in use by another process/,
    );
    expect((await stat(file)).ino).toBe(ino);
    expect(await rental()).toBe(200);
  });

  it('says what to do about a port that is in use', async () => {
    const elsewhere = await mkdtemp(join(folder, 'elsewhere-'));
    const failure = await failureOf(start({ HOST: '0.0.0.0', PORT: port }, elsewhere));
    expect(failure).toMatch(/The service can't start\. listen EADDRINUSE.*Let PORT name a free one/);
  });

  it.each([
    ['a setting that is invalid', { PORT: 'http' }, /can't start\. The configuration can't be used:\n {2}PORT must /],
    [
      'a host of another machine',
      { HOST: '203.0.113.7' },
      /can't start\. listen EADDRNOTAVAIL.*Let HOST name an address/,
    ],
  ])('says what to do about %s', async (_, env, sentence) => {
    expect(await failureOf(start(env, await mkdtemp(join(folder, 'elsewhere-'))))).toMatch(sentence);
  });

  it('says so where it can not make its file', async () => {
    const elsewhere = await mkdtemp(join(folder, 'elsewhere-'));
    await writeFile(join(elsewhere, 'data'), '');
    expect(await failureOf(start({}, elsewhere))).toMatch(
      /can't start\. The SQLite file .*demo\.sqlite can't be made: E/,
    );
  });
});
