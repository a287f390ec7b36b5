import type { EntityMetadata } from 'typeorm';

export type Values = Readonly<Record<string, string | number | boolean | readonly number[] | undefined>>;

/** `flag` selects a variant of the SQL text and is no SQL parameter. `integers` is a list, passed as one parameter. */
type ParameterType = 'integer' | 'text' | 'integers' | 'flag';

type TypeOf<Value> = Value extends boolean
  ? 'flag'
  : Value extends number
    ? 'integer'
    : Value extends string
      ? 'text'
      : Value extends readonly number[]
        ? 'integers'
        : never;

/**
 * The types of the parameters `V` of a query, checked by TypeScript. They are declared with the query, so that its SQL
 * never depends on the values of the first call. `column` takes the type of a property's column from the metadata.
 */
export type ParameterTypes<V> = {
  readonly [Name in keyof V]-?: TypeOf<NonNullable<V[Name]>> | { readonly column: string };
};

export type ResolvedTypes = Readonly<Record<string, ParameterType>>;

export function resolveTypes(declared: Readonly<Record<string, unknown>>, metadata: EntityMetadata): ResolvedTypes {
  return Object.fromEntries(
    Object.entries(declared as ParameterTypes<Record<string, number>>).map(([name, type]) => [
      name,
      typeof type === 'object' ? typeOfColumn(metadata, type.column) : type,
    ]),
  );
}

function typeOfColumn(metadata: EntityMetadata, property: string): ParameterType {
  const column = metadata.findColumnWithPropertyName(property)!;
  return ['integer', 'bigint'].includes(metadata.connection.driver.normalizeType(column)) ? 'integer' : 'text';
}

const checks: Readonly<Record<ParameterType, (value: unknown) => boolean>> = {
  integer: Number.isSafeInteger,
  text: (value) => typeof value === 'string',
  integers: Array.isArray,
  flag: (value) => typeof value === 'boolean',
};

/** Returns `value` if it is of `type`, and throws otherwise. In a batch, one wrong value would fail the whole batch. */
export function checkType<Value>(name: string, type: ParameterType, value: Value): Value {
  if (checks[type](value)) return value;
  throw new TypeError(`The value of the query parameter ${name} is not of the type ${type}.`);
}
