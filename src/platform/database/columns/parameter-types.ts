import type { EntityMetadata } from 'typeorm';

export type Values = Readonly<Record<string, string | number | boolean | readonly number[] | undefined>>;

/** `flag` chooses between texts of a query and is no parameter. `integers` is a list, passed as one parameter. */
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
 * The types of the values `V` of a query, which TypeScript holds to the values. They are declared where the query is
 * written, so that its text never depends on the values it is first run with. What is compared with a column whose
 * type only the metadata tells takes the type of that `column`.
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
  return metadata.connection.driver.normalizeType(column) === 'integer' ? 'integer' : 'text';
}

const checks: Readonly<Record<ParameterType, (value: unknown) => boolean>> = {
  integer: Number.isSafeInteger,
  text: (value) => typeof value === 'string',
  integers: Array.isArray,
  flag: (value) => typeof value === 'boolean',
};

/** Returns `value` if it is of `type`. In a batch of reads the database would refuse the whole batch for it. */
export function checkType<Value>(name: string, type: ParameterType, value: Value): Value {
  if (checks[type](value)) return value;
  throw new TypeError(`The value of the query parameter ${name} is not of the type ${type}.`);
}
