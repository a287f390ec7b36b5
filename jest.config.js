/**
 * Tests run in plain Node.js, as compiled by `npm run build:tests`: what they have in common is loaded once for each
 * worker, where Jest's own runner would load NestJS and TypeORM anew, and slower, for each file.
 */
const common = {
  rootDir: 'dist',
  runner: '<rootDir>/test/jest/runner.js',
};

export default {
  rootDir: 'dist',
  // Four processes in all, two of each project, of which two run a file at any moment. Six were slower on two cores.
  maxWorkers: 2,
  testSequencer: '<rootDir>/test/jest/programs-first.js',
  reporters: ['default', '<rootDir>/test/jest/contract-coverage.js', '<rootDir>/test/jest/time-limit.js'],
  projects: [
    {
      ...common,
      displayName: 'sqlite',
      testMatch: ['<rootDir>/test/**/*.spec.js'],
      testPathIgnorePatterns: ['<rootDir>/test/(database|faults)/postgres/'],
      setupFiles: ['<rootDir>/test/jest/on-sqlite.js'],
      globalSetup: '<rootDir>/test/jest/start-sqlite.js',
      globalTeardown: '<rootDir>/test/jest/stop-sqlite.js',
    },
    {
      // What people do and what units of work promise is the same there; the rest needs no second database.
      ...common,
      displayName: 'postgres',
      testMatch: ['<rootDir>/test/{e2e,database,faults}/**/*.spec.js'],
      testPathIgnorePatterns: ['<rootDir>/test/(database|faults)/sqlite/'],
      setupFiles: ['<rootDir>/test/jest/on-postgres.js'],
      globalSetup: '<rootDir>/test/jest/start-postgres.js',
      globalTeardown: '<rootDir>/test/jest/stop-postgres.js',
    },
  ],
};
