import { nameOf, type TestFile } from './reporting.js';

/** Time limit of a test file, generous for a busy machine. */
const limitSeconds = Number(process.env['TEST_FILE_SECONDS'] ?? 600);

/** Ends the run if a file exceeds the time limit, and names the file. The runner would wait forever. */
export default class TimeLimit {
  private readonly timers = new Map<string, NodeJS.Timeout>();

  onTestFileStart(test: TestFile): void {
    const name = nameOf(test);
    const giveUp = (): never => {
      process.stderr.write(
        `\nThe tests of ${name} have not ended after ${limitSeconds} s. Run them alone to see which hangs.\n`,
      );
      process.exit(1);
    };
    this.timers.set(name, setTimeout(giveUp, limitSeconds * 1000).unref());
  }

  onTestFileResult(test: TestFile): void {
    clearTimeout(this.timers.get(nameOf(test)));
  }
}
