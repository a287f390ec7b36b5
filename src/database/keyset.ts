import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import type { Page, PageRequest, Place } from '../kernel/page.js';
import { entitiesOf } from './prepared-select.js';

/** The entity's properties a list can be sorted by, under the names it goes by on the outside. None may be null. */
export type Sortable<Entity> = Readonly<Record<string, keyof Entity & string>>;

/** Reads one page of `query`, found by place and not by counting, and looks one row further to know of the next. */
export async function fetchPage<Entity extends ObjectLiteral & { id: number }>(
  query: SelectQueryBuilder<Entity>,
  request: PageRequest,
  sortable: Sortable<Entity>,
): Promise<Page<Entity>> {
  const total = request.includeTotal ? await query.getCount() : undefined;
  const property = sortable[request.sortBy]!;
  const placeOf = (row: Entity): Place => ({ value: plain(row[property]), id: row.id });
  const backwards = request.from?.direction === 'before';
  const descending = request.descending !== backwards;

  if (request.from) {
    const { value, id } = request.from;
    query.andWhere(
      `(${query.alias}.${property}, ${query.alias}.id) ${descending ? '<' : '>'} (:placeValue, :placeId)`,
      { placeValue: value, placeId: id },
    );
  }
  const direction = descending ? 'DESC' : 'ASC';
  query
    .orderBy(`${query.alias}.${property}`, direction)
    .addOrderBy(`${query.alias}.id`, direction)
    .limit(request.limit + 1);
  const found = await entitiesOf(query);

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

function plain(value: string | number | Date): string | number {
  return value instanceof Date ? value.toISOString() : value;
}
