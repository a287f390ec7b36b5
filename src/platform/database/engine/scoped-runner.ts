import type { EntityManager, QueryRunner } from 'typeorm';
import type { Work } from './transaction-manager.js';

type Purpose = 'read' | 'write';

/** The members in which a scoped query runner differs from its runner. */
interface Overrides {
  readonly query?: (sql: string, ...rest: []) => Promise<unknown>;
  readonly isTransactionActive?: boolean;
  readonly purpose?: Purpose;
}

type ScopedRunner = Omit<QueryRunner, 'isReleased' | 'manager'> &
  Overrides & { isReleased: boolean; manager: EntityManager };

/** Whether the unit of work of a manager is read-only. */
export function isReadOnly({ queryRunner }: EntityManager): boolean {
  const scoped: (QueryRunner & Overrides) | undefined = queryRunner;
  return scoped?.purpose === 'read';
}

/**
 * Runs `work` with a view of a query runner that has overrides. The view rejects queries after `work` has ended, so a
 * missing `await` cannot write into another transaction.
 * @param managerOf returns the manager of the view
 */
export async function runScoped<Result>(
  runner: QueryRunner,
  overrides: (scoped: QueryRunner) => Overrides,
  managerOf: (scoped: QueryRunner) => EntityManager,
  work: Work<Result>,
): Promise<Result> {
  const scoped = Object.create(runner) as ScopedRunner;
  Object.assign(scoped, { isReleased: false, ...overrides(scoped as QueryRunner) });
  scoped.manager = managerOf(scoped);
  try {
    return await work(scoped.manager);
  } finally {
    scoped.isReleased = true;
  }
}

/**
 * Gives a unit of work a scoped query runner.
 * @param options.begun the pending result of BEGIN. A SELECT is pipelined behind BEGIN. Every other statement waits for
 * the result, because the statement would run in autocommit mode if BEGIN had failed.
 */
export function withScopedRunner<Result>(
  runner: QueryRunner,
  work: Work<Result>,
  { purpose = 'write', begun }: { readonly purpose?: Purpose; readonly begun?: Promise<unknown> } = {},
): Promise<Result> {
  const overrides = (scoped: QueryRunner): Overrides => ({
    // Otherwise TypeORM's save() and remove() would begin transactions of their own.
    isTransactionActive: true,
    purpose,
    ...(begun && {
      query: async (sql: string, ...rest: []): Promise<unknown> => {
        if (!sql.startsWith('SELECT ')) await begun;
        return runner.query.call(scoped, sql, ...rest);
      },
    }),
  });
  return runScoped(runner, overrides, (scoped) => runner.connection.createEntityManager(scoped), work);
}
