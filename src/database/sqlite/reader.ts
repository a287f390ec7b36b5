import type { QueryRunner } from 'typeorm';
import { lease } from '../lease.js';
import type { Work } from '../transactions.js';
import { execute } from './execute.js';

/**
 * Reads for one unit of work at a time, each in a transaction of its own. A transaction is begun on the way that ends
 * the one before, while that unit's answer goes out. Until its first statement it sees and holds nothing, so what it
 * then shows is as new as if it had been begun for the unit.
 */
export class Reader {
  private begun: Promise<void>;

  constructor(private readonly runner: QueryRunner) {
    this.begin('BEGIN');
  }

  async read<Result>(work: Work<Result>): Promise<Result> {
    await this.begun;
    try {
      return await lease(this.runner, work);
    } finally {
      this.begin('COMMIT; BEGIN');
    }
  }

  private begin(statements: string): void {
    // Where SQLite has ended the transaction by itself, as it does when a disk fails, there is nothing to commit.
    this.begun = execute(this.runner, statements).catch(() => execute(this.runner, 'BEGIN'));
    // Told to the unit that waits for it; there may be none.
    this.begun.catch(() => undefined);
  }
}
