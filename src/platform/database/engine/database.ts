import type { TransactionManager, RunnerFactory } from './transaction-manager.js';

/** An open database, whose migrations have run and whose settings are verified. */
export abstract class Database {
  abstract transactions(runnerOf: RunnerFactory): TransactionManager;
  /** Returns the names of the pending migrations, read on a separate connection. */
  abstract pendingMigrations(): Promise<string[]>;
  /** Runs a SELECT on that connection, in no queue of units of work. @throws ServiceUnavailable */
  abstract lookUp<Row extends object>(sql: string): Promise<Row[]>;
  /**
   * Checks that units of work can write.
   * @throws UnusableDatabase, or the error of the driver
   */
  abstract assertWritable(): Promise<void>;
  /** Closes all connections. */
  abstract onApplicationShutdown(): Promise<void>;
}
