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

const config = {
  rootDir: testFolder,
  runner: join(testFolder, 'jest/runner.js'),
  testMatch: ['node-version', 'changelog'].map((name) => join(testFolder, `documentation/${name}.spec.js`)),
};

describe('the test runner', () => {
  it('finishes although a worker starts later than another', async () => {
    const jest = join(root, 'node_modules/jest/bin/jest.js');
    const run = promisify(execFile)(process.execPath, [jest, '--maxWorkers=2', '--config', JSON.stringify(config)], {
      env: { ...process.env, NODE_OPTIONS: `--import=${asUrl(register)}` },
      timeout: 60_000,
    });
    await expect(run).resolves.toMatchObject({ stderr: expect.stringContaining('Test Suites: 2 passed') as string });
  });
});
