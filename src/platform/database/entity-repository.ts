import type { EntityManager, ObjectLiteral } from 'typeorm';
import { NotFound } from '../../kernel/domain-error.js';
import { inOrder } from '../../kernel/in-order.js';
import type { ById, CompiledSelect, Values } from './queries/compiled-select.js';
import type { LockedIds, LockStrength, RowLock } from './queries/row-lock.js';

/** Relations to read with a row, by name. */
type Flags<Expansion extends string> = { readonly [Name in Expansion]?: boolean };

interface RowById<Entity extends ObjectLiteral, Expansion extends string> {
  /** The name in the detail of NotFound. */
  readonly title: string;
  readonly select: CompiledSelect<Entity, ById & Flags<Expansion>>;
  readonly lock: RowLock<ObjectLiteral, ById>;
}

/** Base of repositories: reads and locks a row by id. Pages and writes differ by entity, and belong to the subclass. */
export abstract class EntityRepository<Entity extends ObjectLiteral, Expansion extends string = never> {
  protected constructor(
    protected readonly manager: EntityManager,
    private readonly byId: RowById<Entity, Expansion>,
  ) {}

  /** @throws NotFound */
  async get(id: number, expand?: Expansion): Promise<Entity> {
    const values = (expand === undefined ? { id } : { id, [expand]: true }) as ById & Flags<Expansion> & Values;
    const row = await this.byId.select.first(this.manager, values);
    if (!row) throw new NotFound(this.byId.title);
    return row;
  }

  /**
   * Locks the row until the unit of work ends, and returns it. Both statements are sent in one round trip; PostgreSQL
   * executes them in order, so the read sees what was committed before the lock was granted. See docs/decisions/0033.
   * @throws NotFound
   */
  async getForUpdate(id: number, strength: LockStrength = 'no key update', expand?: Expansion): Promise<Entity> {
    const [, row] = await inOrder(this.lock(id, strength), this.get(id, expand));
    return row;
  }

  /** Locks rows until the unit of work ends, in the order of their ids. */
  async lockAll(ids: readonly number[], strength: LockStrength): Promise<void> {
    for (const id of [...ids].sort((one, other) => one - other)) await this.lock(id, strength);
  }

  protected lock(id: number, strength: LockStrength): Promise<LockedIds> {
    return this.byId.lock.run(this.manager, { id }, strength);
  }
}
