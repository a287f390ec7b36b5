import type { EntityManager, ObjectLiteral, SelectQueryBuilder } from 'typeorm';

const clauses = {
  /** Nobody else changes or deletes the rows, or locks them so. */
  change: 'for_no_key_update',
  /** The rows stay, whoever else changes them. */
  keep: 'for_key_share',
  /** Nobody comes to refer to the rows any more: they are about to go. */
  remove: 'pessimistic_write',
} as const;

export type LockStrength = keyof typeof clauses;

/**
 * Locks the rows that a query finds until the unit of work ends. Whoever judges rows and then writes because of
 * them locks them first and reads them after. A movie stands for all its copies. Against deadlocks rentals are
 * locked before clients, clients before movies, movies before genres, and each of them in the order of their ids.
 *
 * On SQLite the units of work that write take turns, there is nobody to lock out, and `rows` isn't called.
 */
export async function lock<Entity extends ObjectLiteral>(
  manager: EntityManager,
  rows: () => SelectQueryBuilder<Entity>,
  strength: LockStrength,
): Promise<void> {
  if (manager.connection.options.type !== 'postgres') return;
  const query = rows();
  await query.select(`${query.alias}.id`).orderBy(`${query.alias}.id`).setLock(clauses[strength]).getRawMany();
}
