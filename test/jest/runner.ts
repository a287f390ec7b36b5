import { createRunner } from 'jest-light-runner';

/** What a worker asks for before its first test, and how it knows the answer. */
const question = 'jest-light-runner-get-worker-data';
const answerType = 'jest-light-runner-worker-data';

/** The members of a Tinypool that are used here. */
interface Pool {
  readonly options: { readonly workerData: unknown };
  run(path: string, options: { readonly channel: Channel }): Promise<unknown>;
}

interface Channel {
  onMessage(listener: (message: unknown) => void): void;
  postMessage(message: unknown): void;
}

/**
 * Answers the worker of one test, each time that it asks. The runner itself shares one channel: the question of the
 * first worker is answered to all, and never again. A worker that is slower to start isn't listening yet, and then
 * waits for ever.
 */
function channelOf(pool: Pool): Channel {
  let tell: (message: unknown) => void;
  return {
    onMessage: (listener) => (tell = listener),
    postMessage: (message) => {
      if (message === question) {
        tell({ type: answerType, workerData: pool.options.workerData });
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

/** Runs tests in child processes, of which each gets its settings however late it starts. */
export default class ChildProcessRunner extends createRunner({ runtime: 'child_process' }) {
  override _testRunners = new Pools();
}
