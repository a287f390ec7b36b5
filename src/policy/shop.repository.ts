import type { EntityManager } from 'typeorm';
import { CompiledSelect } from '../platform/database/queries/compiled-select.js';
import { inOrder } from '../kernel/in-order.js';
import { defined } from '../platform/database/columns/defined.js';
import { RowLock } from '../platform/database/queries/row-lock.js';
import { Shop, type ShopFields } from './shop.entity.js';

const only = (manager: EntityManager) => manager.createQueryBuilder(Shop, 'shop').where('shop.id = 1');
const policy = new CompiledSelect<Shop, object>({}, only, { isBatched: () => true });
const lock = new RowLock<Shop, object>({}, only);

export class ShopRepository {
  constructor(private readonly manager: EntityManager) {}

  async get(): Promise<Shop> {
    const shop = await policy.first(this.manager, {});
    if (!shop) throw new Error('The table shop has no row: restore it from a backup.');
    return shop;
  }

  /** Locks the policy until the unit of work ends, and returns it. */
  async getForUpdate(): Promise<Shop> {
    const [, shop] = await inOrder(lock.run(this.manager, {}, 'no key update'), this.get());
    return shop;
  }

  /** Returns the changed policy. Absent fields are kept. Lock it first. */
  async update(former: Shop, fields: Partial<ShopFields>): Promise<Shop> {
    // TypeORM's merge() would merge lists item by item.
    const shop = Object.assign(new Shop(), former, defined(fields));
    await this.manager.update(Shop, shop.id, shop);
    return shop;
  }
}
