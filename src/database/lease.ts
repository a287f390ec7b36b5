import type { QueryRunner } from 'typeorm';
import type { Work } from './transactions.js';

/**
 * Lends a query runner to one unit of work. What is handed out is a view of it that refuses every query once the
 * unit is over, so that a forgotten `await` fails loudly and can't write into somebody else's transaction.
 */
export async function lease<Result>(runner: QueryRunner, work: Work<Result>): Promise<Result> {
  // isTransactionActive: TypeORM's save() and remove() then write inside our transaction and open none of their own.
  return lend(runner, work, { isReleased: false, isTransactionActive: true });
}

/** The same outside of a transaction, for a single SELECT. */
export async function leaseOnce<Result>(runner: QueryRunner, work: Work<Result>): Promise<Result> {
  let isAsked = false;
  function query(this: QueryRunner, sql: string, ...rest: []): Promise<unknown> {
    if (!this.isReleased && (isAsked || !sql.startsWith('SELECT '))) {
      throw new Error(`What is read at once takes one SELECT, and no other statement, such as ${sql}`);
    }
    isAsked = true;
    return runner.query.call(this, sql, ...rest);
  }
  return lend(runner, work, { isReleased: false, query });
}

async function lend<Result>(runner: QueryRunner, work: Work<Result>, own: object): Promise<Result> {
  const view = Object.assign(Object.create(runner) as QueryRunner, own);
  const manager = runner.connection.createEntityManager(view);
  Object.assign(view, { manager });
  try {
    return await work(manager);
  } finally {
    Object.assign(view, { isReleased: true });
  }
}
