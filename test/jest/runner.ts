import { createRunner } from 'jest-light-runner';
import type { TestFile } from './reporting.js';

/**
 * The message by which a worker requests its settings before its first test, and the type of the reply.
 * @private-api of jest-light-runner: the messages of its workers
 */
const settingsRequest = 'jest-light-runner-get-worker-data';
const replyType = 'jest-light-runner-worker-data';

/** The members of a Tinypool that are used here. @private-api of jest-light-runner: _testRunners */
interface Pool {
  readonly options: { readonly workerData: unknown };
  run(path: string, options: { readonly channel: Channel }): Promise<unknown>;
}

interface Channel {
  onMessage(listener: (message: unknown) => void): void;
  postMessage(message: unknown): void;
}

/**
 * Returns a channel for the worker of one test, which replies to each of its requests. The package shares one channel: it
 * replies once, to all workers, so that a worker that starts later waits forever.
 */
function channelOf(pool: Pool): Channel {
  let reply: (message: unknown) => void;
  return {
    onMessage: (listener) => (reply = listener),
    postMessage: (message) => {
      if (message === settingsRequest) {
        reply({ type: replyType, workerData: pool.options.workerData });
      }
    },
  };
}

/** The pool of workers of each project. */
class Pools extends Map<unknown, { readonly pool: Pool }> {
  override set(project: unknown, { pool }: { readonly pool: Pool }): this {
    const run = (test: { readonly path: string }): Promise<unknown> =>
      pool.run(test.path, { channel: channelOf(pool) });
    return super.set(project, { pool, run } as { readonly pool: Pool });
  }
}

/**
 * Runs tests in child processes, and gives each its settings whenever it starts. Starts no more of them than a project has
 * files.
 */
export default class ChildProcessRunner extends createRunner({ runtime: 'child_process' }) {
  /** @private-api of jest-light-runner: _testRunners */
  override _testRunners = new Pools();

  /**
   * Also with one worker, for which the package uses the main process: the projects would share it, and with it the engine
   * of the first. @private-api of jest-light-runner: _runtime
   */
  override _runtime = 'child_process' as const;

  private readonly filesOf = new Map<unknown, number>();

  override runTests(tests: readonly TestFile[], ...rest: unknown[]): Promise<void> {
    for (const { context } of tests) {
      this.filesOf.set(context.config, (this.filesOf.get(context.config) ?? 0) + 1);
    }
    return super.runTests(tests, ...rest);
  }

  /** Starts the pool of the project before its first test. @private-api of jest-light-runner: _globalConfig, _runTest */
  override _runTest(test: TestFile): Promise<unknown> {
    const maxWorkers = Math.min(this._globalConfig.maxWorkers, this.filesOf.get(test.context.config)!);
    const limited = { _globalConfig: { value: { ...this._globalConfig, maxWorkers } } };
    return super._runTest.call(Object.create(this, limited), test);
  }
}
