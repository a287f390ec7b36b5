/** The runner has no types of its own. What `runner.ts` uses of it is stated here. */
declare module 'jest-light-runner' {
  export function createRunner(options: { readonly runtime: 'child_process' }): new (...args: never[]) => {
    _testRunners: Map<unknown, unknown>;
  };
}
