import type { EntityManager, QueryRunner } from 'typeorm';
import type { Work } from './transaction-manager.js';

type Purpose = 'read' | 'write';
type ScopedRunner = QueryRunner & { readonly purpose?: Purpose };

/** Whether a unit of work only reads. */
export function isReadOnly({ queryRunner }: EntityManager): boolean {
  const leased: ScopedRunner | undefined = queryRunner;
  return leased?.purpose === 'read';
}

/**
 * Lends a query runner to one unit of work. What is handed out is a view of it that refuses every query once the
 * unit is over, so that a forgotten `await` fails loudly and can't write into another unit's transaction.
 * @param options.begun the transaction's BEGIN, where its answer is still to come. A SELECT is sent behind it at once;
 * every other statement waits for it, since it would be committed by itself if BEGIN had failed.
 */
export async function withScopedRunner<Result>(
  runner: QueryRunner,
  work: Work<Result>,
  { purpose = 'write', begun }: { readonly purpose?: Purpose; readonly begun?: Promise<unknown> } = {},
): Promise<Result> {
  // isTransactionActive: TypeORM's save() and remove() then write inside our transaction and open none of their own.
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
