import type { EntityManager, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { entityOf, gatheredShapeOf, type Member, type Selection, type Shape, shapeOf } from './entity-shape.js';
import { gathering, listColumn } from './gathered.js';
import { fill, Slots, type Written, WrittenOnce } from './prepared.js';
import { SharingManager } from './shared-reads.js';
import { shared } from './shared-statement.js';

type Value = string | number;
export type Values = Readonly<Record<string, Value | readonly Value[] | boolean | undefined>>;

/** Which of the values are given and, of booleans, as what: all that the text of a query may depend on. */
export type Given<V> = { readonly [Name in keyof V]?: boolean };

/** Writes a query with its values as parameters of their own names. */
export type Query<Entity extends ObjectLiteral, V> = (
  manager: EntityManager,
  given: Given<V>,
) => SelectQueryBuilder<Entity>;

/** Queries for the lists of each row, of which they know the alias. */
export type Lists<Entity> = { readonly [Property in keyof Entity & string]?: ListQuery };
type ListQuery = (
  manager: EntityManager,
) => Selection & Pick<SelectQueryBuilder<ObjectLiteral>, 'getQuery' | 'getParameters'>;

interface Statement extends Written<Values> {
  readonly shape: Shape;
  /** The same for several that ask at once; absent where what to do depends on what is asked. */
  readonly shared?: { readonly sql: string; readonly shape: Shape };
}

/**
 * A query of the hot paths, which TypeORM writes once for each database and for each choice of given values, and which
 * is then only run. Writing it and making entities of the rows takes TypeORM several times as long as the database
 * takes to answer.
 *
 * It may join what there is one of. Lists are gathered by the database, so that it all takes one statement: that is
 * what costs, by the way to SQLite's thread and back, or to PostgreSQL.
 */
export class PreparedSelect<Entity extends ObjectLiteral, V extends object> {
  private readonly written = new WrittenOnce<Statement>();

  constructor(
    private readonly query: Query<Entity, V>,
    private readonly lists: Lists<Entity> = {},
  ) {}

  /**
   * Where one of the lists among `values` is empty, nothing is found.
   * @param limit rows at most: by it the database chooses its way
   */
  async all(manager: EntityManager, values: V & Values, limit?: number): Promise<Entity[]> {
    const given = Object.entries(values).filter(([, value]) => value !== undefined);
    if (given.some(([, value]) => Array.isArray(value) && value.length === 0)) return [];
    const choice = given.map(([name, value]) => `${name} ${howGiven(value)}`).join();
    const statement = this.written.get(manager.connection, `${choice} ${limit}`, () =>
      this.write(manager, Object.fromEntries(given), limit),
    );
    return (await ask(manager, statement, fill(statement, values))) as Entity[];
  }

  async first(manager: EntityManager, values: V & Values): Promise<Entity | undefined> {
    return (await this.all(manager, values))[0];
  }

  count(manager: EntityManager, values: V & Values): Promise<number> {
    return this.query(manager, givenOf(values)).setParameters(values).getCount();
  }

  private write(manager: EntityManager, values: Values, limit: number | undefined): Statement {
    const query = this.query(manager, givenOf(values)).limit(limit);
    const slots = new Slots<Values>();
    for (const [name, value] of Object.entries(values)) {
      const marks = Array.isArray(value)
        ? value.map((_, index) => slots.mark((given) => (given[name] as Value[])[index]))
        : slots.mark((given) => given[name]);
      query.setParameter(name, marks);
    }
    const lists = Object.entries<ListQuery | undefined>(this.lists).map(([property, list]) =>
      gather(query, property, list!(manager)),
    );
    const written = slots.written(query.getQueryAndParameters() as [string, unknown]);
    const { shape, columns } = gatheredShapeOf(query, lists);
    return {
      ...written,
      shape: shapeOf(query, undefined, lists),
      shared: dependsOnText(written)
        ? undefined
        : { sql: shared(manager.connection, written, columns, fill(written, values)), shape },
    };
  }
}

/**
 * A search by a part of a text may take long, and depends on the text: nobody should have to wait for another's.
 * By an index of SQLite's it judges few rows, or none; see where-contains.ts.
 */
const dependsOnText = ({ sql }: Written<Values>): boolean => sql.includes(' LIKE ') && !sql.includes(' MATCH ');

async function ask(manager: EntityManager, statement: Statement, values: unknown[]): Promise<ObjectLiteral[]> {
  const { sql, shape, shared } = statement;
  if (shared && manager instanceof SharingManager) {
    return (await manager.askTogether(shared.sql, values)).map((row) => entityOf(row, shared.shape));
  }
  const rows = await manager.query<Record<string, unknown>[]>(sql, values);
  return rows.map((row) => entityOf(row, shape));
}

const howGiven = (value: Values[string]): string => {
  if (typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? String(value.length) : '';
};

function givenOf<V extends object>(values: V): Given<V> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      value === undefined || typeof value === 'boolean' ? value : true,
    ]),
  ) as Given<V>;
}

/** Has `query` read a list of each of its rows, as a JSON array of arrays, in the order of the list's own query. */
function gather<Entity extends ObjectLiteral>(
  query: SelectQueryBuilder<Entity>,
  property: string,
  list: ReturnType<ListQuery>,
): Member {
  const { shape, columns } = gatheredShapeOf(list);
  query
    .addSelect(
      `(SELECT ${gathering(query.connection, columns)} FROM (${list.getQuery()}) AS gathered)`,
      listColumn(property),
    )
    .setParameters(list.getParameters());
  return { property, ...shape };
}
