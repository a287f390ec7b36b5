import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** In characters. Within minutes of load, the log of a service exceeds the maximum length of a string. */
const maxKeptLength = 10_000_000;
const latest = (text: string): string => (text.length > 2 * maxKeptLength ? text.slice(-maxKeptLength) : text);

/** A compiled program of the project in a separate process, which inherits only PATH from the environment. */
export class Program {
  /** The output so far, or its last part if it is long. */
  stdout = '';
  stderr = '';
  readonly exited: Promise<Exit>;

  private constructor(private readonly child: ChildProcess) {
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.stdout = latest(this.stdout + text)));
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr = latest(this.stderr + text)));
    const closed = once(child, 'close') as Promise<[Exit['code'], Exit['signal']]>;
    this.exited = closed.then(([code, signal]) => ({ code, signal }));
  }

  /**
   * @param script a built file below dist/, such as "src/main.js"
   * @param launcher a command that runs another, such as `taskset -c 1`
   * @param cwd its working directory, if not this process's
   */
  static start(
    script: string,
    env: NodeJS.ProcessEnv = {},
    args: readonly string[] = [],
    { launcher = [], cwd }: { launcher?: readonly string[]; cwd?: string } = {},
  ): Program {
    const [command, ...rest] = [...launcher, process.execPath, resolve('dist', script), ...args];
    return new Program(spawn(command!, rest, { cwd, env: { PATH: process.env['PATH'], ...env } }));
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Waits until the program prints its address. */
  async url(): Promise<string> {
    let ended = false;
    void this.exited.then(() => (ended = true));
    for (;;) {
      const url = /http:\/\/[^\s/]+/.exec(this.stdout)?.[0];
      if (url) return url;
      if (ended) throw new Error(`The program ended before it listened.\n${this.stdout}${this.stderr}`);
      await new Promise((later) => setTimeout(later, 20));
    }
  }

  kill(signal: NodeJS.Signals): Promise<Exit> {
    this.child.kill(signal);
    return this.exited;
  }

  /** Waits for the end of the program. @throws Error unless the exit code is 0 */
  async succeeds(): Promise<void> {
    const { code, signal } = await this.exited;
    if (code !== 0) throw new Error(`It ended by ${signal ?? `exit code ${code}`}.\n${this.stdout}${this.stderr}`);
  }
}

/** Starts the service on a free port, and waits until its log shows the address. */
export async function startService(
  env: NodeJS.ProcessEnv,
  launcher: readonly string[] = [],
): Promise<{ service: Program; url: string }> {
  const variables = { HOST: '127.0.0.1', PORT: '0', SHUTDOWN_GRACE_MS: '0', ...env };
  const service = Program.start('src/main.js', variables, [], { launcher });
  return { service, url: await service.url() };
}
