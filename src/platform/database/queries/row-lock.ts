import type { EntityManager, ObjectLiteral } from 'typeorm';
import { dialectOf } from '../dialect/dialect.js';
import { CompiledSelect, type Query, type Values } from './compiled-select.js';
import type { ParameterTypes } from '../columns/parameter-types.js';
import { ServiceUnavailable, StaleLock } from '../../../kernel/domain-error.js';
import { errorCode } from '../../../kernel/error-code.js';
import { isReadOnly } from '../engine/scoped-runner.js';

/** The row locks of PostgreSQL, by TypeORM's names for them. */
const clauses = {
  /** Blocks updates and deletion. */
  'no key update': 'for_no_key_update',
  /** Blocks deletion, allows updates. */
  'key share': 'for_key_share',
  /** Also blocks new foreign key references; use before deleting. */
  update: 'pessimistic_write',
} as const;

export type LockStrength = keyof typeof clauses;

/** The ids of locked rows; undefined if no lock is needed. */
export type LockedIds = ReadonlySet<number> | undefined;

/**
 * Asserts that all these rows are locked. Rows that are found by other rows may be others once the lock is granted: a
 * copy that was moved, or whose movie was merged, meanwhile belongs to another movie.
 * @throws StaleLock
 */
export function assertLocked(locked: LockedIds, ids: readonly number[]): void {
  if (locked && !ids.every((id) => locked.has(id))) throw new StaleLock();
}

/** PostgreSQL's lock_not_available. */
export const isLockTimeout = (error: unknown): boolean =>
  errorCode(error instanceof ServiceUnavailable ? error.cause : error) === '55P03';

/**
 * A row lock that is held until the unit of work ends. Check-then-write code locks first and reads afterwards. The lock
 * of a movie covers all its copies. To avoid deadlocks, rentals are locked before clients, clients before movies, and
 * movies before genres; rows of one table are locked in the order of their ids.
 *
 * SQLite needs no row locks: its writing units of work run one after another. A read-only unit of work needs none on
 * either engine: its snapshot doesn't change.
 */
export class RowLock<Entity extends ObjectLiteral, V extends object> {
  private readonly selects: Readonly<Record<LockStrength, CompiledSelect<Entity, V>>>;

  constructor(types: ParameterTypes<V>, query: Query<Entity, V>) {
    const locking = (strength: LockStrength) =>
      new CompiledSelect<Entity, V>(types, (manager, present) => {
        const rows = query(manager, present);
        return rows.select(`${rows.alias}.id`).orderBy(`${rows.alias}.id`).setLock(clauses[strength]);
      });
    this.selects = {
      'no key update': locking('no key update'),
      'key share': locking('key share'),
      update: locking('update'),
    };
  }

  async run(manager: EntityManager, values: V & Values, strength: LockStrength): Promise<LockedIds> {
    if (!dialectOf(manager.connection).needsLocks || isReadOnly(manager)) return undefined;
    const rows = await this.selects[strength].all(manager, values);
    return new Set(rows.map(({ id }) => id as number));
  }
}
