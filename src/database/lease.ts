import type { EntityManager, QueryRunner } from 'typeorm';
import type { Work } from './transactions.js';

type Purpose = 'read' | 'write';
type Leased = QueryRunner & { readonly purpose?: Purpose };

/** Whether a unit of work only reads. */
export function isReading({ queryRunner }: EntityManager): boolean {
  const leased: Leased | undefined = queryRunner;
  return leased?.purpose === 'read';
}

/**
 * Lends a query runner to one unit of work. What is handed out is a view of it that refuses every query once the
 * unit is over, so that a forgotten `await` fails loudly and can't write into somebody else's transaction.
 */
export async function lease<Result>(
  runner: QueryRunner,
  work: Work<Result>,
  purpose: Purpose = 'write',
): Promise<Result> {
  // isTransactionActive: TypeORM's save() and remove() then write inside our transaction and open none of their own.
  const view = Object.assign(Object.create(runner) as Leased, {
    isReleased: false,
    isTransactionActive: true,
    purpose,
  });
  const manager = runner.connection.createEntityManager(view);
  Object.assign(view, { manager });
  try {
    return await work(manager);
  } finally {
    Object.assign(view, { isReleased: true });
  }
}
