import type { QueryRunner } from 'typeorm';
import { withScopedRunner } from '../engine/scoped-runner.js';
import type { Work } from '../engine/transaction-manager.js';
import { execute } from './execute.js';
import type { ReadGate } from './read-gate.js';

/** A read connection, used by one unit of work at a time. Returns the result without waiting for COMMIT. */
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
      // COMMIT fails if SQLite has rolled back by itself, for example after an I/O error.
      this.ended = execute(this.runner, 'COMMIT')
        .catch(() => undefined)
        .then(() => this.gate.leave());
    }
  }

  /** Runs a job on the connection outside any transaction. */
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
