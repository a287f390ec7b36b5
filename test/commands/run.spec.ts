import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Program } from '../../scripts/servers/program.js';
import { read, root } from '../support/project.js';

const { scripts, engines } = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  engines: { node: string };
};

/** Runs a file of a folder in Node.js, optionally as if in another version. */
function run(args: readonly string[], { folder = root, version = process.versions.node } = {}) {
  const setVersion = `Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [`--import=data:text/javascript,${encodeURIComponent(setVersion)}`, join(folder, args[0]!), ...args.slice(1)],
    { encoding: 'utf8', cwd: tmpdir() },
  );
  return { status, stdout, stderr };
}

describe('commands for a running shop', () => {
  /** Commands for developers, and the demonstration, may build. */
  const building = ['bench', 'bundle', 'demo', 'openapi'];
  const programs = readdirSync(join(root, 'scripts'))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.replace('.ts', ''))
    .filter((name) => !building.includes(name));

  it.each(['src/main', ...programs.map((name) => `commands/${name}`)])('%s runs without a build', (program) => {
    expect(Object.values(scripts)).toContain(`node scripts/run.js ${program}`);
  });

  it('run the existing build, with their arguments', () => {
    const { status, stderr } = run(['scripts/run.js', 'commands/copy', 'sqlite:a.sqlite', 'sqlite://b.sqlite']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^<to-url> /);
  });

  // Other tests run the other commands as programs: seed and verify in wal-checkpoint.spec.ts, backup in
  // backing-up.spec.ts.
  it.each([['import-sakila', 'folder'], ['replay-sakila', 'folder'], ['repair-instants']])(
    'start from the build: %s',
    async (name, ...args) => {
      const program = Program.start(`commands/${name}.js`, { DATABASE_URL: 'sqlite:' }, args);
      expect(await program.exited).toMatchObject({ code: 1 });
      expect(program.stderr).toMatch(/^The configuration is invalid:\n {2}DATABASE_URL must name a file/);
    },
  );

  describe('without a build or installed packages', () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'movie-rental-sources-'));
      for (const path of ['package.json', 'scripts']) cpSync(join(root, path), join(folder, path), { recursive: true });
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it.each([
      [
        'a command',
        ['scripts/run.js', 'src/main'],
        'The project is not built. Build it first:\n  npm ci && npm run build\n',
      ],
      ['the build', ['scripts/build.js'], 'The packages are not installed. Install them first:\n  npm ci\n'],
    ])('%s reports that', (_, args, stderr) => {
      expect(run(args, { folder })).toEqual({ status: 1, stdout: '', stderr });
    });
  });
});

describe('a version of Node.js that package.json does not admit', () => {
  const sentence = (version: string) =>
    `Node.js ${engines.node.replace(' ||', ',').replace(' ||', ' or')} is needed, and this is ${version}. Install one of them.\n`;

  it.each([['scripts/build.js'], ['scripts/run.js', 'src/main']])(
    'is refused before everything else by %s',
    (...args) => {
      expect(run(args, { version: '18.20.8' })).toEqual({ status: 1, stdout: '', stderr: sentence('18.20.8') });
    },
  );

  it.each(['18.20.8', '20.18.3', '21.7.3', '22.12.0', '23.11.1'])('is refused: %s', async (version) => {
    expect(await check(version)).toEqual({ status: 1, stderr: sentence(version).trim() });
  });

  it.each(['20.19.0', '20.20.2', '22.13.0', '22.23.3', '24.0.0', '26.1.0'])(
    'is not one of these: %s',
    async (version) => {
      expect(await check(version)).toEqual({ status: undefined, stderr: undefined });
    },
  );
});

/** Evaluates check-node.js in this process, as if in another version of Node.js. */
async function check(version: string) {
  const { versions } = process;
  const exit = jest.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
  const error = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  Object.defineProperty(process, 'versions', { value: { ...versions, node: version }, configurable: true });
  try {
    await import(`${pathToFileURL(join(root, 'scripts/check-node.js')).href}?${version}`);
    return { status: exit.mock.calls[0]?.[0], stderr: error.mock.calls[0]?.[0] as unknown };
  } finally {
    Object.defineProperty(process, 'versions', { value: versions, configurable: true });
    exit.mockRestore();
    error.mockRestore();
  }
}
