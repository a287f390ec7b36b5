import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Program } from '../../scripts/servers/program.js';
import { type CommandResult, runCommand } from '../support/command.js';
import { read, root } from '../support/project.js';

/** The commands of scripts/. `bundle` is a part of the build, without arguments. */
const commands = readdirSync(join(root, 'scripts'))
  .filter((name) => name.endsWith('.ts') && name !== 'bundle.ts')
  .map((name) => name.replace('.ts', ''));

async function start(file: string, args: readonly string[]): Promise<CommandResult> {
  const program = Program.start(file, {}, args);
  const { code } = await program.exited;
  return { code: code!, stdout: program.stdout, stderr: program.stderr };
}

/** The programs that parse arguments: the commands in this process, `npm run bench` and the build as programs. */
const programs: [name: string, run: (...args: string[]) => Promise<CommandResult>][] = [
  ...commands.map((name): (typeof programs)[number] => [name, (...args) => runCommand(name, {}, args)]),
  ['bench', (...args) => start('bench/main.js', args)],
  ['build', (...args) => start('../scripts/build.js', args)],
];

describe.each(programs)('the arguments of %s', (_name, run) => {
  let help: CommandResult;
  beforeAll(async () => (help = await run('--help')));

  it('include --help, which prints what the command does and its usage', () => {
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(/^[A-Z][^\n]+\.\n[^]*\nUsage: npm run \S+/);
  });

  it('are refused with the usage if one is unknown', async () => {
    const { code, stdout, stderr } = await run('--no-such-option');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^Unknown option '--no-such-option'[^]*\nUsage: npm run /);
  });

  it('are refused with the usage if one is missing, has no value, or is one too many', async () => {
    const [usage] = /(?<=^Usage: ).*/m.exec(help.stdout)!;
    const required = usage.match(/(?<= )<[^>]+>(?!\])/g) ?? [];
    const options = usage.match(/(?<=\[)--[a-z-]+/g) ?? [];
    const refused: [args: string[], reason: string][] = [
      ...required.map((name, index): [string[], string] => [required.slice(0, index), `${name} is missing.`]),
      ...options.map((option): [string[], string] => [
        [...required, option],
        `Option '${option} <value>' argument missing`,
      ]),
    ];
    if (!usage.includes('...]')) {
      const count = required.length + (usage.includes('[tsconfig') ? 1 : 0);
      refused.push([Array<string>(count + 1).fill('x'), `Expected ${count} argument`]);
    }
    for (const [args, reason] of refused) {
      const { code, stdout, stderr } = await run(...args);
      expect([args, code, stdout, stderr]).toEqual([args, 1, '', expect.stringContaining(reason)]);
      expect(stderr).toContain('\nUsage: npm run ');
    }
  });
});

describe('the commands of the repository', () => {
  const sources = [...commands.map((name) => `scripts/${name}.ts`), 'bench/main.ts', 'bench/references/raw-floor.ts'];

  it('read their arguments by scripts/support/arguments.ts', () => {
    const others = sources.filter((path) => !/\b(runCommand|runImport|readArguments|readSettings)\(/.test(read(path)));
    expect(others).toEqual([]);
  });

  it('are the only files that read process.argv, apart from the launchers', () => {
    const files = ['scripts', 'bench'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
    );
    const readers = files.filter((path) => /\.[tj]s$/.test(path) && read(path).includes('process.argv')).sort();
    expect(readers).toEqual([
      'bench/main.ts',
      'bench/references/raw-floor.ts',
      'scripts/build.js',
      'scripts/run.js',
      'scripts/support/run-command.ts',
    ]);
  });
});
