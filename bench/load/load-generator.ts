import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { atLoadCore } from '../cores.js';
import type { Job, Load } from './load.js';

/** The load generator, in a process and on a core of its own. */
export class LoadGenerator {
  private readonly ended: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    this.ended = once(child, 'exit');
  }

  static start(): LoadGenerator {
    const [execPath, ...execArgv] = [...atLoadCore, process.execPath];
    return new LoadGenerator(fork(join(import.meta.dirname, 'load.js'), [], { execPath, execArgv }));
  }

  /** @throws Error if a contender sends a wrong response, or none */
  async perform(job: Job): Promise<Load> {
    this.child.send(job);
    const message = once(this.child, 'message') as Promise<[{ load?: Load; error?: string }]>;
    const reply = await Promise.race([message, this.ended.then(() => undefined)]);
    const { load, error = 'The load generator ended early.' } = reply?.[0] ?? {};
    if (!load) throw new Error(error);
    return load;
  }

  stop(): void {
    this.child.kill();
  }
}
