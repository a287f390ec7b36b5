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

  cacheResults(): void {
    // Required by Jest. The order does not depend on earlier results.
  }
}
