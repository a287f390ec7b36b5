import type { EntityManager, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import type { Page, PageRequest, Place } from '../kernel/page.js';
import { type Given, type Lists, PreparedSelect, type Query, type Values } from './prepared-select.js';

/** The entity's properties a list can be sorted by, under the names it goes by on the outside. None may be null. */
type Sortable<Entity> = Readonly<Record<string, keyof Entity & string>>;

interface Order<Entity extends ObjectLiteral, Filter> {
  readonly property: keyof Entity & string;
  readonly select: PreparedSelect<Entity, Filter & Partial<PlaceValues>>;
}

interface PlaceValues {
  readonly placeValue: string | number;
  readonly placeId: number;
}

/** A list that is read page by page. Pages are found by place and not by counting, and look one row further. */
export class PreparedPages<Entity extends ObjectLiteral & { id: number }, Filter extends object> {
  private readonly orders = new Map<string, Order<Entity, Filter>>();

  constructor(query: Query<Entity, Filter>, sortable: Sortable<Entity>, lists?: Lists<Entity>) {
    for (const [name, property] of Object.entries(sortable)) {
      for (const direction of ['ASC', 'DESC'] as const) {
        const select = new PreparedSelect<Entity, Filter & Partial<PlaceValues>>(
          (manager, given) => inOrder(query(manager, given), property, direction, given),
          lists,
        );
        this.orders.set(`${name} ${direction}`, { property, select });
      }
    }
  }

  async fetch(manager: EntityManager, filter: Filter & Values, request: PageRequest): Promise<Page<Entity>> {
    const backwards = request.from?.direction === 'before';
    const direction = request.descending === backwards ? 'ASC' : 'DESC';
    const { property, select } = this.orders.get(`${request.sortBy} ${direction}`)!;
    const total = request.includeTotal ? await select.count(manager, filter) : undefined;
    const place = request.from && { placeValue: request.from.value, placeId: request.from.id };
    const found = await select.all(manager, { ...filter, ...place }, request.limit + 1);

    const placeOf = (row: Entity): Place => ({ value: plain(row[property]), id: row.id });
    const beyond = found.length > request.limit;
    const rows = found.slice(0, request.limit);
    if (backwards) rows.reverse();
    const [first, last] = [rows.at(0), rows.at(-1)];
    return {
      rows,
      previous: first && (backwards ? beyond : request.from) ? placeOf(first) : undefined,
      next: last && (backwards || beyond) ? placeOf(last) : undefined,
      total,
    };
  }
}

function inOrder<Entity extends ObjectLiteral>(
  query: SelectQueryBuilder<Entity>,
  property: string,
  direction: 'ASC' | 'DESC',
  { placeId }: Given<Partial<PlaceValues>>,
): SelectQueryBuilder<Entity> {
  const { alias } = query;
  if (placeId) {
    query.andWhere(`(${alias}.${property}, ${alias}.id) ${direction === 'ASC' ? '>' : '<'} (:placeValue, :placeId)`);
  }
  return query.orderBy(`${alias}.${property}`, direction).addOrderBy(`${alias}.id`, direction);
}

function plain(value: string | number | Date): string | number {
  return value instanceof Date ? value.toISOString() : value;
}
