import type { EntityManager, EntityMetadata, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { ApplyValueTransformers } from 'typeorm/util/ApplyValueTransformers.js';
import { fill, Slots, type Written, WrittenOnce } from './prepared.js';

type Value = string | number;
type Values = Readonly<Record<string, Value | readonly Value[]>>;
type Row = Readonly<Record<string, unknown>>;

/** What becomes of each row: an entity, and those that were joined to it. */
interface Shape {
  readonly make: () => ObjectLiteral;
  readonly id: string;
  readonly columns: readonly {
    readonly name: string;
    readonly property: string;
    readonly from: (value: unknown) => unknown;
  }[];
  readonly joined: readonly (Shape & { readonly property: string })[];
}

interface Statement extends Written<Values> {
  readonly shape: Shape;
}

/**
 * A query of the hot paths, which TypeORM writes once for each database and which is then only run. Writing it and
 * making entities of the rows takes TypeORM several times as long as the database takes to answer.
 *
 * It may join what there is one of, and not lists. What varies from one time to the next are its values alone.
 */
export class PreparedSelect<Entity extends ObjectLiteral> {
  private readonly written = new WrittenOnce<Statement>();

  constructor(private readonly query: (manager: EntityManager) => SelectQueryBuilder<Entity>) {}

  /** Where one of the lists among `values` is empty, nothing is found. */
  async all(manager: EntityManager, values: Values): Promise<Entity[]> {
    const lists = Object.values(values).filter((value) => Array.isArray(value)) as Value[][];
    if (lists.some(({ length }) => length === 0)) return [];
    const lengths = lists.map(({ length }) => length).join();
    const statement = this.written.get(manager.connection, lengths, () => write(this.query(manager), values));
    const rows = await manager.query<Row[]>(statement.sql, fill(statement, values));
    return rows.map((row) => entityOf(row, statement.shape) as Entity);
  }

  async first(manager: EntityManager, values: Values): Promise<Entity | undefined> {
    return (await this.all(manager, values))[0];
  }
}

/** What a query finds that isn't prepared, made into entities as above. */
export async function entitiesOf<Entity extends ObjectLiteral>(query: SelectQueryBuilder<Entity>): Promise<Entity[]> {
  const { name, metadata } = query.expressionMap.mainAlias!;
  const shape = shapeOf(query, name, metadata);
  const rows = await query.getRawMany<Row>();
  return rows.map((row) => entityOf(row, shape) as Entity);
}

function write<Entity extends ObjectLiteral>(query: SelectQueryBuilder<Entity>, values: Values): Statement {
  const slots = new Slots<Values>();
  for (const [name, value] of Object.entries(values)) {
    const marks = Array.isArray(value)
      ? value.map((_, index) => slots.mark((given) => (given[name] as Value[])[index]))
      : slots.mark((given) => given[name]);
    query.setParameter(name, marks);
  }
  const { mainAlias } = query.expressionMap;
  return {
    ...slots.written(query.getQueryAndParameters() as [string, unknown]),
    shape: shapeOf(query, mainAlias!.name, mainAlias!.metadata),
  };
}

function shapeOf<Entity extends ObjectLiteral>(
  query: SelectQueryBuilder<Entity>,
  alias: string,
  { target, columns, primaryColumns }: EntityMetadata,
): Shape {
  const { selects, joinAttributes } = query.expressionMap;
  const isSelected = (property: string): boolean =>
    selects.some(({ selection }) => selection === `${alias}.${property}`);
  return {
    make: () => new (target as new () => ObjectLiteral)(),
    id: `${alias}_${primaryColumns[0]!.databaseName}`,
    columns: columns
      .filter(({ isSelect, propertyName }) => isSelect || isSelected(propertyName))
      .map(({ databaseName, propertyName, transformer }) => ({
        name: `${alias}_${databaseName}`,
        property: propertyName,
        from: transformer
          ? (value) => ApplyValueTransformers.transformFrom(transformer, value) as unknown
          : (value) => value,
      })),
    joined: joinAttributes
      .filter(({ parentAlias }) => parentAlias === alias)
      .map((join) => ({ property: join.relation!.propertyName, ...shapeOf(query, join.alias.name, join.metadata!) })),
  };
}

function entityOf(row: Row, { make, columns, joined }: Shape): ObjectLiteral {
  const entity = make();
  for (const { name, property, from } of columns) entity[property] = from(row[name]);
  for (const shape of joined) entity[shape.property] = row[shape.id] === null ? null : entityOf(row, shape);
  return entity;
}
