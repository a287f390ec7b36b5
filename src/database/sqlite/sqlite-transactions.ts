import type { QueryRunner } from 'typeorm';
import { lease } from '../lease.js';
import type { Transactions, Work } from '../transactions.js';
import { GroupCommit } from './group-commit.js';
import { Pool } from './pool.js';

/** Writes take turns on one connection; reads go side by side on others and never see what isn't committed. */
export class SqliteTransactions implements Transactions {
  private readonly writer: GroupCommit;
  private readonly readers: Pool<QueryRunner>;

  constructor(writer: QueryRunner, readers: readonly QueryRunner[]) {
    this.writer = new GroupCommit(writer);
    this.readers = new Pool(readers);
  }

  write<Result>(work: Work<Result>): Promise<Result> {
    return this.writer.add(work);
  }

  read<Result>(work: Work<Result>): Promise<Result> {
    return this.readers.lend(async (runner) => {
      await runner.query('BEGIN');
      try {
        return await lease(runner, work);
      } finally {
        await runner.query('COMMIT');
      }
    });
  }
}
