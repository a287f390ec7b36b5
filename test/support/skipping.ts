/** Returns `describe`, or `describe.skip` and a line on stderr with the reason where the tests can't run. */
export function describeIf(canRun: boolean, reason: string): jest.Describe {
  if (!canRun) process.stderr.write(`Skipped: ${reason}\n`);
  return canRun ? describe : describe.skip;
}
