import type { QueryRunner } from 'typeorm';
import { withScopedRunner } from '../engine/scoped-runner.js';
import type { Work } from '../engine/transaction-manager.js';
import { execute } from './execute.js';
import type { ReadGate } from './read-gate.js';

/** Reads for one unit of work at a time. A unit is answered while its transaction is still being ended. */
export class Reader {
  private ended: Promise<void> = Promise.resolve();

  constructor(
    private readonly runner: QueryRunner,
    private readonly gate: ReadGate,
  ) {}

  async read<Result>(work: Work<Result>): Promise<Result> {
    await this.ended;
    await this.gate.enter();
    try {
      await execute(this.runner, 'BEGIN');
      return await withScopedRunner(this.runner, work);
    } finally {
      // Where SQLite has ended the transaction by itself, as it does when a disk fails, there is nothing to commit.
      this.ended = execute(this.runner, 'COMMIT')
        .catch(() => undefined)
        .then(() => this.gate.leave());
    }
  }

  /** Lends the connection as it is, between two transactions. */
  async use<Result>(job: (runner: QueryRunner) => Promise<Result>): Promise<Result> {
    await this.ended;
    await this.gate.enter();
    try {
      return await job(this.runner);
    } finally {
      this.gate.leave();
    }
  }
}
