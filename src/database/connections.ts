import type { Transactions, RunnerOf } from './transactions.js';

/** The open, migrated and checked connections to the shop's database. */
export abstract class Connections {
  abstract transactions(runnerOf: RunnerOf): Transactions;
  /** Closes all of them. */
  abstract onApplicationShutdown(): Promise<void>;
}
