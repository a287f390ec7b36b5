import type { EntityManager, QueryRunner } from 'typeorm';
import type { Work } from './transaction-manager.js';

type Purpose = 'read' | 'write';
type ScopedRunner = QueryRunner & { readonly purpose?: Purpose };

/** Whether the unit of work of a manager is read-only. */
export function isReadOnly({ queryRunner }: EntityManager): boolean {
  const leased: ScopedRunner | undefined = queryRunner;
  return leased?.purpose === 'read';
}

/**
 * Gives a unit of work a scoped query runner that rejects queries after the unit has ended, so a missing `await` cannot
 * write into another transaction.
 * @param options.begun the pending result of BEGIN. A SELECT is pipelined behind BEGIN. Every other statement waits for
 * the result, because the statement would run in autocommit mode if BEGIN had failed.
 */
export async function withScopedRunner<Result>(
  runner: QueryRunner,
  work: Work<Result>,
  { purpose = 'write', begun }: { readonly purpose?: Purpose; readonly begun?: Promise<unknown> } = {},
): Promise<Result> {
  // isTransactionActive: otherwise TypeORM's save() and remove() would begin transactions of their own.
  const view = Object.assign(Object.create(runner) as ScopedRunner, {
    isReleased: false,
    isTransactionActive: true,
    purpose,
  });
  const manager = runner.connection.createEntityManager(view);
  Object.assign(view, { manager });
  if (begun) {
    const query = async (sql: string, ...rest: []): Promise<unknown> => {
      if (!sql.startsWith('SELECT ')) await begun;
      return runner.query.call(view, sql, ...rest);
    };
    Object.assign(view, { query });
  }
  try {
    return await work(manager);
  } finally {
    Object.assign(view, { isReleased: true });
  }
}
