import type { EntityManager, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { maxPageLimit, type Page, type PageRequest, type Place } from '../kernel/page.js';
import { CompiledSelect, type Given, type Lists, type Query, type Values } from './compiled-select.js';
import type { ParameterTypes } from './parameter-types.js';

/** The entity's properties a list can be sorted by, under the names it goes by on the outside. None may be null. */
type Sortable<Entity> = Readonly<Record<string, keyof Entity & string>>;

interface Order<Entity extends ObjectLiteral, Filter> {
  readonly property: keyof Entity & string;
  readonly select: CompiledSelect<Entity, Filter & Partial<PlaceValues>>;
}

interface PlaceValues {
  readonly placeValue: string | number;
  readonly placeId: number;
}

interface PagesOptions<Entity, Filter> {
  readonly lists?: Lists<Entity>;
  /** Whether reads of a page are batched, by its filters and by what it is sorted by; see SelectOptions. */
  readonly isBatched: (given: Given<Filter>, sortBy: string) => boolean;
}

/** Whether an index has the rows of a page in its order, so that none is passed: all rows, or those of one key by id. */
export function isIndexOrder(sortBy: string, keys: readonly (boolean | undefined)[]): boolean {
  const given = keys.filter(Boolean).length;
  return given === 0 || (given === 1 && sortBy === 'id');
}

/** A list that is read page by page. Pages are found by place and not by counting, and look one row further. */
export class PreparedPages<Entity extends ObjectLiteral & { id: number }, Filter extends object> {
  private readonly orders = new Map<string, Order<Entity, Filter>>();

  constructor(
    types: ParameterTypes<Filter>,
    query: Query<Entity, Filter>,
    sortable: Sortable<Entity>,
    { lists, isBatched }: PagesOptions<Entity, Filter>,
  ) {
    for (const [name, property] of Object.entries(sortable)) {
      for (const direction of ['ASC', 'DESC'] as const) {
        const select = new CompiledSelect<Entity, Filter & Partial<PlaceValues>>(
          { ...types, placeValue: { column: property }, placeId: 'integer' } as ParameterTypes<
            Filter & Partial<PlaceValues>
          >,
          (manager, given) => inOrder(query(manager, given), property, direction, given),
          { lists, maxRows: maxPageLimit + 1, isBatched: (given) => isBatched(given, name) },
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
