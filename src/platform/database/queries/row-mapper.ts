import type { EntityMetadata, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { ApplyValueTransformers } from 'typeorm/util/ApplyValueTransformers.js';
import { type AggregateColumn, listColumn, parseAggregate, type RawRow } from './json-aggregate.js';

/** The mapping of a result row to an entity, its joined entities and its lists. */
export interface Shape {
  readonly make: () => ObjectLiteral;
  readonly id: string | number;
  readonly columns: readonly {
    readonly name: string | number;
    readonly property: string;
    readonly convert: (value: unknown) => unknown;
  }[];
  readonly joined: readonly MemberShape[];
  readonly lists: readonly (MemberShape & { readonly name: string | number })[];
}

/** The mapping of a property that holds an entity or a list of entities. */
export type MemberShape = Shape & { readonly property: string };

/** The selection of a query of any entity. */
export type Selection = Pick<SelectQueryBuilder<ObjectLiteral>, 'expressionMap'>;

/** Returns the key of a column in a result row. */
type NameOf = (column: string, isJson?: boolean) => string | number;

export function shapeOf(
  query: Selection,
  nameOf: NameOf = (column) => column,
  lists: readonly MemberShape[] = [],
): Shape {
  const { name, metadata } = query.expressionMap.mainAlias!;
  return {
    ...shapeOfAlias(query, name, metadata, nameOf),
    lists: lists.map((list) => ({ ...list, name: nameOf(listColumn(list.property), true) })),
  };
}

/** Returns the shape of a query's rows in a JSON aggregate, and the columns to aggregate. */
export function aggregateShapeOf(
  query: Selection,
  lists?: readonly MemberShape[],
): { shape: Shape; columns: AggregateColumn[] } {
  const columns: AggregateColumn[] = [];
  const nameOf = (name: string, isJson = false): number => {
    const index = columns.findIndex((column) => column.name === name);
    return index < 0 ? columns.push({ name, isJson }) - 1 : index;
  };
  const shape = shapeOf(query, nameOf, lists);
  return { shape, columns };
}

function shapeOfAlias(query: Selection, alias: string, { target, columns }: EntityMetadata, nameOf: NameOf): Shape {
  const { selects, joinAttributes } = query.expressionMap;
  const isSelected = (property: string): boolean =>
    selects.some(({ selection }) => selection === `${alias}.${property}`);
  return {
    make: () => new (target as new () => ObjectLiteral)(),
    id: nameOf(`${alias}_id`),
    columns: columns
      .filter(({ isSelect, propertyName }) => isSelect || isSelected(propertyName))
      .map(({ databaseName, propertyName, transformer }) => ({
        name: nameOf(`${alias}_${databaseName}`),
        property: propertyName,
        convert: transformer
          ? (value) => ApplyValueTransformers.transformFrom(transformer, value) as unknown
          : (value) => value,
      })),
    joined: joinAttributes
      .filter(({ parentAlias }) => parentAlias === alias)
      .map((join) => ({
        property: join.relation!.propertyName,
        ...shapeOfAlias(query, join.alias.name, join.metadata!, nameOf),
      })),
    lists: [],
  };
}

export function hydrate(row: RawRow, { make, columns, joined, lists }: Shape): ObjectLiteral {
  const entity = make();
  for (const { name, property, convert } of columns) entity[property] = convert(row[name]);
  for (const shape of joined) entity[shape.property] = row[shape.id] === null ? null : hydrate(row, shape);
  for (const shape of lists) {
    entity[shape.property] = parseAggregate(row[shape.name]).map((item) => hydrate(item, shape));
  }
  return entity;
}
