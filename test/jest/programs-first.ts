import { readFileSync } from 'node:fs';
import type { TestFile } from './reporting.js';

/** Whether a test starts processes of its own. Such tests are short files and take long. */
const startsPrograms = ({ path }: TestFile): boolean =>
  /\b(startService|Program\.start|startReplicatedServer|prepareServer|execFile|spawn)\b/.test(
    readFileSync(path, 'utf8'),
  );

/** Jest's order of test files: the slow ones first, so that all workers are busy until the end. */
export default class ProgramsFirst {
  sort<Test extends TestFile>(tests: readonly Test[]): Test[] {
    return [...tests.filter(startsPrograms), ...tests.filter((test) => !startsPrograms(test))];
  }

  /** Jest hands out the results here. Nothing of them is kept. */
  cacheResults(): void {
    // The order depends on the files alone.
  }
}
