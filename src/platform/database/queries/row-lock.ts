import type { EntityManager, ObjectLiteral } from 'typeorm';
import { CompiledSelect, type Query, type Values } from './compiled-select.js';
import type { ParameterTypes } from '../columns/parameter-types.js';
import { ServiceUnavailable } from '../../../kernel/domain-error.js';
import { inOrder } from '../../../kernel/in-order.js';
import { errorCode } from '../../../kernel/error-code.js';
import { isReading } from '../engine/scoped-runner.js';

const clauses = {
  /** Nobody else changes or deletes the rows, or locks them so. */
  change: 'for_no_key_update',
  /** The rows stay, whoever else changes them. */
  keep: 'for_key_share',
  /** Nobody comes to refer to the rows any more: they are about to go. */
  remove: 'pessimistic_write',
} as const;

export type LockStrength = keyof typeof clauses;

/** PostgreSQL's lock_not_available. */
export const isLockTimeout = (error: unknown): boolean =>
  errorCode(error instanceof ServiceUnavailable ? error.cause : error) === '55P03';

/**
 * Locks the rows that a query finds until the unit of work ends. Whoever judges rows and then writes because of
 * them locks them first and reads them after. A movie stands for all its copies. Against deadlocks rentals are
 * locked before clients, clients before movies, movies before genres, and each of them in the order of their ids.
 *
 * On SQLite the units of work that write take turns, there is nobody to lock out, and nothing is asked. Nor is it in a
 * unit of work that reads: its snapshot stays as it is.
 */
export class RowLock<Entity extends ObjectLiteral, V extends object> {
  private readonly selects: Readonly<Record<LockStrength, CompiledSelect<Entity, V>>>;

  constructor(types: ParameterTypes<V>, query: Query<Entity, V>) {
    const locking = (strength: LockStrength) =>
      new CompiledSelect<Entity, V>(types, (manager, given) => {
        const rows = query(manager, given);
        return rows.select(`${rows.alias}.id`).orderBy(`${rows.alias}.id`).setLock(clauses[strength]);
      });
    this.selects = { change: locking('change'), keep: locking('keep'), remove: locking('remove') };
  }

  /** @returns how many rows there are; undefined where nothing is locked */
  async run(manager: EntityManager, values: V & Values, strength: LockStrength): Promise<number | undefined> {
    if (manager.connection.options.type !== 'postgres' || isReading(manager)) return undefined;
    return (await this.selects[strength].all(manager, values)).length;
  }

  /**
   * Locks the rows, then reads. PostgreSQL is sent both at once and does one after the other, so that `read` sees what
   * was committed before the lock was granted; see docs/decisions/0033.
   */
  async before<Result>(
    manager: EntityManager,
    values: V & Values,
    strength: LockStrength,
    read: () => Promise<Result>,
  ): Promise<Result> {
    const [, result] = await inOrder(this.run(manager, values, strength), read());
    return result;
  }
}
