import type { TransactionManager, RunnerFactory } from './transaction-manager.js';

/** The open, migrated and checked connections to the shop's database. */
export abstract class Database {
  abstract transactions(runnerOf: RunnerFactory): TransactionManager;
  /** The names of the migrations that this release has and the database lacks, asked on a connection of its own. */
  abstract pendingMigrations(): Promise<string[]>;
  /**
   * Proves that units of work can write.
   * @throws UnusableDatabase or what the database says where they can't
   */
  abstract assertWritable(): Promise<void>;
  /** Closes all of them. */
  abstract onApplicationShutdown(): Promise<void>;
}
