import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root, testFolder } from '../support/project.js';

/** A module hook that lets the second worker start long after the first. */
const lateWorker = `
  export async function load(url, context, next) {
    if (process.env.TINYPOOL_WORKER_ID === '2' && url.endsWith('/worker-runner.js'))
      await new Promise((resolve) => setTimeout(resolve, 1000));
    return next(url, context);
  }`;
const register = `import { register } from 'node:module'; register(${JSON.stringify(asUrl(lateWorker))});`;

function asUrl(module: string): string {
  return `data:text/javascript,${encodeURIComponent(module)}`;
}

const reportWorker = `if (process.env.TINYPOOL_WORKER_ID) process.stderr.write('[worker]');`;

/** Runs files of test/documentation on workers, each of which loads a module first. Returns what they wrote. */
async function runJest(files: readonly string[], module: string, maxWorkers = 2): Promise<string> {
  const config = {
    rootDir: testFolder,
    runner: join(testFolder, 'jest/runner.js'),
    testMatch: files.map((name) => join(testFolder, `documentation/${name}.spec.js`)),
  };
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  const { stderr } = await promisify(execFile)(
    process.execPath,
    [jest, `--maxWorkers=${maxWorkers}`, '--config', JSON.stringify(config)],
    { env: { ...process.env, TINYPOOL_WORKER_ID: '', NODE_OPTIONS: `--import=${asUrl(module)}` }, timeout: 60_000 },
  );
  return stderr;
}

describe('the test runner', () => {
  it('finishes although a worker starts later than another', async () => {
    expect(await runJest(['node-version', 'changelog'], register)).toContain('Test Suites: 2 passed');
  });

  it('uses a worker even if there is only one', async () => {
    const output = await runJest(['changelog', 'node-version'], reportWorker, 1);
    expect(output.split('[worker]')).toHaveLength(2);
  });

  it.each([[['changelog']], [['changelog', 'node-version']]])(
    'starts one worker for each file of %j',
    async (files) => {
      const output = await runJest(files, reportWorker);
      expect(output.split('[worker]')).toHaveLength(files.length + 1);
    },
  );
});
