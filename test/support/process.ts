import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A compiled program of ours in a process of its own. It knows nothing of this process's environment but PATH. */
export class Program {
  /** All it printed so far. */
  stdout = '';
  stderr = '';
  readonly exited: Promise<Exit>;

  private constructor(private readonly child: ChildProcess) {
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.exited = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  }

  /** @param script below dist/, such as "src/main.js"; what `npm run build` made is what runs */
  static start(script: string, env: NodeJS.ProcessEnv = {}, args: readonly string[] = [], cwd: string = root): Program {
    const command = [`${root}dist/${script}`, ...args];
    return new Program(spawn(process.execPath, command, { cwd, env: { PATH: process.env['PATH'], ...env } }));
  }

  kill(signal: NodeJS.Signals): Promise<Exit> {
    this.child.kill(signal);
    return this.exited;
  }

  /** Waits for its end, which has to be a good one. */
  async succeeds(): Promise<void> {
    const { code, signal } = await this.exited;
    if (code !== 0) throw new Error(`It ended by ${signal ?? `exit code ${code}`}.\n${this.stdout}${this.stderr}`);
  }
}

/** Starts the service at a port that is free, and waits until its log says where it listens. */
export async function startService(env: NodeJS.ProcessEnv): Promise<{ service: Program; url: string }> {
  const service = Program.start('src/main.js', { HOST: '127.0.0.1', PORT: '0', SHUTDOWN_GRACE_MS: '0', ...env });
  return { service, url: await answering(service) };
}

async function answering(service: Program): Promise<string> {
  let ended = false;
  void service.exited.then(() => (ended = true));
  for (;;) {
    const url = /http:\/\/[^\s/]+(?=\/docs)/.exec(service.stdout)?.[0];
    if (url) return url;
    if (ended) throw new Error(`The service ended before it answered.\n${service.stdout}${service.stderr}`);
    await new Promise((later) => setTimeout(later, 20));
  }
}
