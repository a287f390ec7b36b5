/** Tests are ES modules as the service is: run them with NODE_OPTIONS=--experimental-vm-modules. */
const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { useESM: true, tsconfig: 'tsconfig.json', diagnostics: false }] },
  // Our './x.js' is './x.ts' as long as it isn't compiled.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
};

export default {
  // Milliseconds: for a busy machine. What hangs, hangs longer.
  testTimeout: 120_000,
  // More than the cores of a small machine: some tests wait more than they work.
  maxWorkers: 3,
  reporters: ['default', '<rootDir>/test/support/contract-coverage.js'],
  projects: [
    {
      ...common,
      displayName: 'sqlite',
      testMatch: ['<rootDir>/test/**/*.spec.ts'],
      testPathIgnorePatterns: ['<rootDir>/test/(database|faults)/postgres/'],
      globals: { engine: 'sqlite' },
    },
    {
      // What people do and what units of work promise is the same there; the rest needs no second database.
      ...common,
      displayName: 'postgres',
      testMatch: ['<rootDir>/test/{e2e,database,faults}/**/*.spec.ts'],
      testPathIgnorePatterns: ['<rootDir>/test/(database|faults)/sqlite/'],
      globals: { engine: 'postgres' },
      globalSetup: '<rootDir>/test/support/start-postgres.ts',
      globalTeardown: '<rootDir>/test/support/stop-postgres.ts',
    },
  ],
};
