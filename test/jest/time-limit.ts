import { nameOf, type TestFile } from './reporting.js';

/** Seconds that the tests of one file may take: for a busy machine. What hangs, hangs longer. */
const limit = Number(process.env['TEST_FILE_SECONDS'] ?? 600);

/** Ends a run of which a file takes too long, and says which. The runner itself would wait for it for ever. */
export default class TimeLimit {
  private readonly timers = new Map<string, NodeJS.Timeout>();

  onTestFileStart(test: TestFile): void {
    const name = nameOf(test);
    const giveUp = (): never => {
      process.stderr.write(
        `\nThe tests of ${name} have not ended after ${limit} s. Run them alone to see which hangs.\n`,
      );
      process.exit(1);
    };
    this.timers.set(name, setTimeout(giveUp, limit * 1000).unref());
  }

  onTestFileResult(test: TestFile): void {
    clearTimeout(this.timers.get(nameOf(test)));
  }
}
