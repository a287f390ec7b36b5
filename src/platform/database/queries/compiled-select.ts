import type { EntityManager, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { batchedSql, limitName } from './batched-sql.js';
import { bind, compileTemplate, type CompiledStatement, StatementCache } from './compiled-statement.js';
import { hydrate, type MemberShape, type Selection, type Shape, shapeOf } from './row-mapper.js';
import { jsonAggregate, listColumn, parseAggregate } from './json-aggregate.js';
import { type ParameterTypes, resolveTypes, type Values } from '../columns/parameter-types.js';
import { BatchingManager } from './read-batcher.js';
import { parseSql } from './sql-template.js';

export type { Values };

/** Which parameters are present (and the value of booleans): the only thing the SQL text may depend on. */
export type Present<V> = { readonly [Name in keyof V]?: boolean };

/** Builds a query, with each value as a parameter of the same name. */
export type Query<Entity extends ObjectLiteral, V> = (
  manager: EntityManager,
  given: Present<V>,
) => SelectQueryBuilder<Entity>;

/** To-many relations, each as a subquery that refers to the outer row by its alias. */
export type Lists<Entity> = { readonly [Property in keyof Entity & string]?: ListQuery };
type ListQuery = (
  manager: EntityManager,
) => Selection & Pick<SelectQueryBuilder<ObjectLiteral>, 'getQuery' | 'getParameters'>;

export interface ById {
  readonly id: number;
}

interface SelectOptions<Entity, V> {
  readonly lists?: Lists<Entity>;
  /** Upper bound of the `limit` of `all`. PostgreSQL plans the query for this limit. */
  readonly maxRows?: number;
  /**
   * Whether single-statement reads are batched. Only for queries whose cost is bounded for all values: lookups by key,
   * and pages in index order. All reads of a batch wait for the slowest one.
   */
  readonly isBatched?: (given: Present<V>) => boolean;
  /** Maximum number of rows of all reads of a batch together; set it if rows may be large. */
  readonly maxBatchRows?: number;
}

interface CompiledQuery extends CompiledStatement {
  readonly shape: Shape;
  /** The batched variant of the query. */
  readonly batched?: CompiledStatement;
}

const noBatches = (): boolean => false;

/**
 * A query compiled by TypeORM once per data source and parameter shape, then reused. TypeORM takes several times as long
 * to build the SQL and to hydrate the rows as the database takes to run the query.
 *
 * To-one relations are joined; to-many relations are aggregated as JSON, so that a read is one round trip, which costs
 * more than most statements. The rows are a JSON aggregate too: SQLite's driver takes longer to build an object from a
 * row than SQLite takes to write it as JSON.
 */
export class CompiledSelect<Entity extends ObjectLiteral, V extends object> {
  private readonly cache = new StatementCache<CompiledQuery>();

  constructor(
    private readonly types: ParameterTypes<V>,
    private readonly query: Query<Entity, V>,
    private readonly options: SelectOptions<Entity, V> = {},
  ) {}

  /** @param limit the maximum number of rows; for queries with `maxRows` only */
  async all(manager: EntityManager, values: V & Values, limit?: number): Promise<Entity[]> {
    const given = presentIn(values);
    const { connection } = manager;
    const statement = this.cache.get(connection, variantOf(given), () => this.compile(manager, given));
    const { batched, shape } = statement;
    if (batched && manager instanceof BatchingManager) {
      const rows = await manager.queryBatched({
        sql: batched.sql,
        values: bind(connection, batched, values),
        limit,
        maxBatchRows: this.options.maxBatchRows,
      });
      return rows.map((row) => hydrate(row, shape)) as Entity[];
    }
    const bound = bind(connection, statement, { ...values, [limitName]: limit ?? 0 });
    const [found] = await manager.query<{ rows: unknown }[]>(statement.sql, bound);
    return parseAggregate(found!.rows).map((row) => hydrate(row, shape)) as Entity[];
  }

  async first(manager: EntityManager, values: V & Values): Promise<Entity | undefined> {
    return (await this.all(manager, values))[0];
  }

  count(manager: EntityManager, values: V & Values): Promise<number> {
    return this.query(manager, presentIn(values)).setParameters(values).getCount();
  }

  private compile(manager: EntityManager, given: Present<V>): CompiledQuery {
    const { lists: listQueries = {}, maxRows, isBatched = noBatches } = this.options;
    const query = this.query(manager, given).limit(maxRows);
    const lists = Object.entries<ListQuery | undefined>(listQueries).map(([property, list]) =>
      aggregateList(query, property, list!(manager)),
    );
    const { shape, columns } = shapeOf(query, lists);
    const { connection } = manager;
    const sql = limited(query.getQuery(), maxRows);
    const template = parseSql(sql);
    const types = {
      ...resolveTypes(this.types, query.expressionMap.mainAlias!.metadata),
      [limitName]: 'integer',
    } as const;
    return {
      ...compileTemplate(
        connection,
        parseSql(`SELECT ${jsonAggregate(connection, columns)} AS rows FROM (${sql}) AS aggregated`),
        types,
      ),
      shape,
      batched: isBatched(given)
        ? {
            sql: batchedSql(connection, template, types, columns),
            names: template.names.filter((name) => name !== limitName),
            types,
          }
        : undefined,
    };
  }
}

/**
 * Passes the limit as a parameter, so that a query has one SQL text for all limits. The inner LIMIT is for PostgreSQL's
 * planner, which assumes a tenth of the table for an unknown limit.
 */
const limited = (sql: string, maxRows: number | undefined): string =>
  maxRows === undefined ? sql : `SELECT * FROM (${sql}) AS page LIMIT :${limitName}`;

function variantOf(given: Present<object>): string {
  let variant = '';
  for (const [name, value] of Object.entries(given)) if (value !== undefined) variant += `${name} ${String(value)},`;
  return variant;
}

function presentIn<V extends object>(values: V): Present<V> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      value === undefined || typeof value === 'boolean' ? value : true,
    ]),
  ) as Present<V>;
}

/** Adds a to-many relation to `query`, as a JSON array of arrays in the order of the list's subquery. */
function aggregateList<Entity extends ObjectLiteral>(
  query: SelectQueryBuilder<Entity>,
  property: string,
  list: ReturnType<ListQuery>,
): MemberShape {
  const { shape, columns } = shapeOf(list);
  query
    .addSelect(
      `(SELECT ${jsonAggregate(query.connection, columns)} FROM (${list.getQuery()}) AS aggregated)`,
      listColumn(property),
    )
    .setParameters(list.getParameters());
  return { property, ...shape };
}
