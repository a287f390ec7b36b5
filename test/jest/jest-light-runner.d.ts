/** The package has no types. @private-api of jest-light-runner: _globalConfig, _runTest, _runtime, _testRunners */
declare module 'jest-light-runner' {
  import type { TestFile } from './reporting.js';

  interface Runner {
    _globalConfig: { readonly maxWorkers: number };
    _runtime: 'child_process' | 'main_thread';
    _testRunners: Map<unknown, unknown>;
    runTests(tests: readonly TestFile[], ...rest: unknown[]): Promise<void>;
    _runTest(test: TestFile): Promise<unknown>;
  }

  export function createRunner(options: { readonly runtime: 'child_process' }): new (...args: never[]) => Runner;
}
