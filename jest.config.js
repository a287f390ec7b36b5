import { statfsSync } from 'node:fs';
import process from 'node:process';

/**
 * Tests run in plain Node.js, as compiled by `npm run build:tests`: what they have in common is loaded once for each
 * worker, where Jest's own runner would load NestJS and TypeORM anew, and slower, for each file.
 */
const common = {
  rootDir: 'dist',
  runner: '<rootDir>/test/jest/runner.js',
};

// For the processes that run the tests, which inherit it, and for this one. A large young generation saves them a tenth of
// their CPU.
process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --enable-source-maps --max-semi-space-size=64`;
process.setSourceMapsEnabled(true);
// Databases are in memory where there is room: creating one on a disk takes PostgreSQL three times as long.
if (!process.env.TMPDIR && isRoomy('/dev/shm')) process.env.TMPDIR = '/dev/shm';

export default {
  rootDir: 'dist',
  // Files that run at the same time. Each project has at most as many processes, which start in 2 s of CPU each.
  maxWorkers: 2,
  testSequencer: '<rootDir>/test/jest/programs-first.js',
  reporters: ['default', '<rootDir>/test/jest/contract-coverage.js', '<rootDir>/test/jest/time-limit.js'],
  projects: [
    {
      ...common,
      displayName: 'sqlite',
      testMatch: ['<rootDir>/test/**/*.spec.js'],
      testPathIgnorePatterns: ['<rootDir>/test/(database|faults)/postgres/'],
      setupFiles: ['<rootDir>/test/jest/databases/on-sqlite.js'],
      globalSetup: '<rootDir>/test/jest/databases/start-sqlite.js',
    },
    {
      // What callers do and what units of work guarantee is the same on both engines. HTTP, guards and validation (test/http)
      // do not depend on the engine.
      ...common,
      displayName: 'postgres',
      testMatch: ['<rootDir>/test/{e2e,database,faults}/**/*.spec.js'],
      testPathIgnorePatterns: ['<rootDir>/test/(database|faults)/sqlite/'],
      setupFiles: ['<rootDir>/test/jest/databases/on-postgres.js'],
      globalSetup: '<rootDir>/test/jest/databases/start-postgres.js',
      globalTeardown: '<rootDir>/test/jest/databases/stop-postgres.js',
    },
  ],
};

/** Whether a folder exists and has 2 GiB free. */
function isRoomy(folder) {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize > 2 * 1024 ** 3;
  } catch {
    return false;
  }
}
