/** The package has no types. @private-api of jest-light-runner: _testRunners */
declare module 'jest-light-runner' {
  export function createRunner(options: { readonly runtime: 'child_process' }): new (...args: never[]) => {
    _testRunners: Map<unknown, unknown>;
  };
}
