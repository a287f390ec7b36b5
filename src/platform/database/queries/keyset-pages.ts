import type { EntityManager, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { maxPageBytes, maxPageLimit, type Page, type PageRequest, type KeysetPosition } from '../../../kernel/page.js';
import { CompiledSelect, type Present, type Lists, type Query, type Values } from './compiled-select.js';
import type { ParameterTypes } from '../columns/parameter-types.js';
import { unknownParameter } from '../../../kernel/domain-error.js';
import { assertTransaction } from './read-batcher.js';

/**
 * The sortable, non-null properties of an entity, by their API names. A property that is not a column comes with the SQL of
 * its value, a text.
 */
type Sortable<Entity> = Readonly<Record<string, (keyof Entity & string) | SortExpression<Entity>>>;

interface SortExpression<Entity> {
  readonly property: keyof Entity & string;
  readonly sql: string;
}

interface Order<Entity extends ObjectLiteral, Filter> {
  readonly property: keyof Entity & string;
  /** Whether the value is computed from other columns. */
  readonly isComputed: boolean;
  readonly select: CompiledSelect<Entity, Filter & Partial<PositionValues>>;
}

interface PositionValues {
  readonly positionValue: string | number;
  readonly positionId: number;
}

interface PagesOptions<Entity, Filter> {
  readonly lists?: Lists<Entity>;
  /** Whether reads of a page are batched, depending on filters and sort order; see SelectOptions. */
  readonly isBatched: (given: Present<Filter>, sortBy: string) => boolean;
  /**
   * Maximum number of rows per statement: bounds the memory of large rows. A larger page is read by several statements
   * in a transaction.
   */
  readonly maxRows?: number;
  /** Maximum number of rows of all pages of a batch together. */
  readonly maxBatchRows?: number;
  /** The filter by owner. A page starts only after a row of that owner: customers must not learn of other rows. */
  readonly owner?: keyof Filter & string;
}

/** Whether an index yields the page in order without skipping rows: all rows, or the rows of one key sorted by id. */
export function isIndexOrder(sortBy: string, keys: readonly (boolean | undefined)[]): boolean {
  const given = keys.filter(Boolean).length;
  return given === 0 || (given === 1 && sortBy === 'id');
}

/** Keyset pagination of a list. Each page fetches one extra row, which shows whether there is a next page. */
export class KeysetPages<Entity extends ObjectLiteral & { id: number }, Filter extends object> {
  private readonly orders = new Map<string, Order<Entity, Filter>>();
  private readonly maxRows: number;
  private readonly owner?: keyof Filter & string;

  constructor(
    types: ParameterTypes<Filter>,
    private readonly query: Query<Entity, Filter>,
    sortable: Sortable<Entity>,
    { lists, isBatched, maxRows = maxPageLimit + 1, maxBatchRows, owner }: PagesOptions<Entity, Filter>,
  ) {
    this.maxRows = maxRows;
    this.owner = owner;
    for (const [name, sort] of Object.entries(sortable)) {
      const isComputed = typeof sort === 'object';
      const property = isComputed ? sort.property : sort;
      for (const direction of ['ASC', 'DESC'] as const) {
        const select = new CompiledSelect<Entity, Filter & Partial<PositionValues>>(
          {
            ...types,
            positionValue: isComputed ? 'text' : { column: property },
            positionId: 'integer',
          } as ParameterTypes<Filter & Partial<PositionValues>>,
          (manager, given) => sortFromPosition(query(manager, given), sort, direction, given),
          { lists, maxRows, maxBatchRows, isBatched: (given) => isBatched(given, name) },
        );
        this.orders.set(`${name} ${direction}`, { property, isComputed, select });
      }
    }
  }

  async fetch(manager: EntityManager, filter: Filter & Values, request: PageRequest): Promise<Page<Entity>> {
    const isBackwards = request.from?.direction === 'before';
    const direction = request.descending === isBackwards ? 'ASC' : 'DESC';
    const order = this.orders.get(`${request.sortBy} ${direction}`)!;
    const from = request.from && (await this.findPosition(manager, filter, request.from, order));
    const total = request.includeTotal ? await order.select.count(manager, filter) : undefined;
    const { rows, isMore } = await this.fetchRows(manager, filter, request.limit, from, order);
    if (isBackwards) rows.reverse();
    return {
      rows,
      positionOf: (row) => positionOf(row, order.property),
      isBackwards,
      hasPrevious: isBackwards ? isMore : request.from !== undefined,
      hasNext: isBackwards || isMore,
      total,
    };
  }

  /** Returns the keyset position of a row that is given by id. @throws InvalidInput if there is no such row */
  private async findPosition(
    manager: EntityManager,
    filter: Filter & Values,
    { id, value }: NonNullable<PageRequest['from']>,
    { property, isComputed }: Order<Entity, Filter>,
  ): Promise<KeysetPosition> {
    if (value !== undefined) return { id, value };
    if (property === 'id') return { id, value: id };
    assertTransaction(manager);
    const { owner } = this;
    const isOwned = owner !== undefined && filter[owner] !== undefined;
    const rows = this.query(manager, (isOwned ? { [owner]: true } : {}) as Present<Filter>);
    const { alias } = rows;
    const row = await (isComputed ? rows : rows.select([`${alias}.id`, `${alias}.${property}`]))
      .andWhere(`${alias}.id = :id`, { ...(isOwned && { [owner]: filter[owner] }), id })
      .getOne();
    if (!row) throw unknownParameter('after', id);
    return positionOf(row, property);
  }

  /**
   * Fetches the rows of a page in chunks, until the page is full or reaches `maxPageBytes`. One extra row shows whether
   * there are more.
   */
  private async fetchRows(
    manager: EntityManager,
    filter: Filter & Values,
    limit: number,
    from: KeysetPosition | undefined,
    { property, select }: Order<Entity, Filter>,
  ): Promise<{ rows: Entity[]; isMore: boolean }> {
    const wanted = limit + 1;
    const isChunked = wanted > this.maxRows;
    if (isChunked) assertTransaction(manager);
    const rows: Entity[] = [];
    // The first chunk is small, since the size of the rows is unknown.
    let most = isChunked ? this.maxRows / 4 : this.maxRows;
    for (let position: KeysetPosition | undefined = from, length = 0; ; position = positionOf(rows.at(-1)!, property)) {
      const count = Math.min(most, wanted - rows.length);
      most = Math.min(2 * most, this.maxRows);
      const values = position && { positionValue: position.value, positionId: position.id };
      const found = await select.all(manager, { ...filter, ...values }, count);
      rows.push(...found);
      if (found.length < count) return { rows, isMore: false };
      const isWhole = rows.length === wanted || (length += JSON.stringify(found).length) > maxPageBytes;
      if (isWhole) return { rows: rows.slice(0, -1), isMore: true };
    }
  }
}

function positionOf<Entity extends ObjectLiteral & { id: number }>(
  row: Entity,
  property: keyof Entity & string,
): KeysetPosition {
  return { value: plain(row[property]), id: row.id };
}

/** Sorts a query, and starts it at a position if one is given. */
function sortFromPosition<Entity extends ObjectLiteral>(
  query: SelectQueryBuilder<Entity>,
  sort: Sortable<Entity>[string],
  direction: 'ASC' | 'DESC',
  { positionId }: Present<Partial<PositionValues>>,
): SelectQueryBuilder<Entity> {
  const { alias } = query;
  const value = typeof sort === 'object' ? sort.sql : `${alias}.${sort}`;
  if (positionId) {
    query.andWhere(`(${value}, ${alias}.id) ${direction === 'ASC' ? '>' : '<'} (:positionValue, :positionId)`);
  }
  return query.orderBy(value, direction).addOrderBy(`${alias}.id`, direction);
}

function plain(value: string | number | Date): string | number {
  return value instanceof Date ? value.toISOString() : value;
}
