import type { EntityMetadata, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
/** @private-api of typeorm: ApplyValueTransformers */
import { ApplyValueTransformers } from 'typeorm/util/ApplyValueTransformers.js';
import { type AggregateColumn, listColumn, parseAggregate, type RawRow } from './json-aggregate.js';

/** The mapping of a result row to an entity, its joined entities and its lists. */
export interface Shape {
  readonly make: () => ObjectLiteral;
  readonly id: number;
  readonly columns: readonly {
    readonly position: number;
    readonly property: string;
    readonly convert: (value: unknown) => unknown;
  }[];
  readonly joined: readonly MemberShape[];
  readonly lists: readonly (MemberShape & { readonly position: number })[];
}

/** The mapping of a property that holds an entity or a list of entities. */
export type MemberShape = Shape & { readonly property: string };

/** The selection of a query of any entity. */
export type Selection = Pick<SelectQueryBuilder<ObjectLiteral>, 'expressionMap'>;

/** Returns the position of a column in a row. */
type PositionOf = (column: string, isJson?: boolean) => number;

/** Returns the shape of a query's rows as a JSON aggregate, and the columns to aggregate. */
export function shapeOf(
  query: Selection,
  lists: readonly MemberShape[] = [],
): { shape: Shape; columns: AggregateColumn[] } {
  const columns: AggregateColumn[] = [];
  const positionOf: PositionOf = (name, isJson = false) => {
    const index = columns.findIndex((column) => column.name === name);
    return index < 0 ? columns.push({ name, isJson }) - 1 : index;
  };
  const { name, metadata } = query.expressionMap.mainAlias!;
  const shape = {
    ...shapeOfAlias(query, name, metadata, positionOf),
    lists: lists.map((list) => ({ ...list, position: positionOf(listColumn(list.property), true) })),
  };
  return { shape, columns };
}

function shapeOfAlias(
  query: Selection,
  alias: string,
  { target, columns }: EntityMetadata,
  positionOf: PositionOf,
): Shape {
  const { selects, joinAttributes } = query.expressionMap;
  const isSelected = (name: string): boolean => selects.some(({ selection }) => selection === name);
  const isWhole = isSelected(alias);
  return {
    make: () => new (target as new () => ObjectLiteral)(),
    id: positionOf(`${alias}_id`),
    columns: columns
      .filter(({ isSelect, propertyName }) => (isWhole && isSelect) || isSelected(`${alias}.${propertyName}`))
      .map(({ databaseName, propertyName, transformer }) => ({
        position: positionOf(`${alias}_${databaseName}`),
        property: propertyName,
        convert: transformer
          ? (value) => ApplyValueTransformers.transformFrom(transformer, value) as unknown
          : (value) => value,
      })),
    joined: joinAttributes
      .filter(({ parentAlias, isSelected }) => parentAlias === alias && isSelected)
      .map((join) => ({
        property: join.relation!.propertyName,
        ...shapeOfAlias(query, join.alias.name, join.metadata!, positionOf),
      })),
    lists: [],
  };
}

export function hydrate(row: RawRow, { make, columns, joined, lists }: Shape): ObjectLiteral {
  const entity = make();
  for (const { position, property, convert } of columns) entity[property] = convert(row[position]);
  for (const shape of joined) entity[shape.property] = row[shape.id] === null ? null : hydrate(row, shape);
  for (const shape of lists) {
    entity[shape.property] = parseAggregate(row[shape.position]).map((item) => hydrate(item, shape));
  }
  return entity;
}
