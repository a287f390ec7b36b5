import { createRunner } from 'jest-light-runner';

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

/** Runs tests in child processes, and gives each its settings whenever it starts. */
export default class ChildProcessRunner extends createRunner({ runtime: 'child_process' }) {
  /** @private-api of jest-light-runner: _testRunners */
  override _testRunners = new Pools();
}
