import type { OpenAPIObject } from '@nestjs/swagger';

/** The subset of JSON Schema 2020-12 that the document uses. Extensions are removed by `toOpenApi31()`. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  enum?: unknown[];
  example?: unknown;
  examples?: unknown[];
  default?: unknown;
  readOnly?: boolean;
  additionalProperties?: boolean;
  minItems?: number;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  pattern?: string;
  [extension: `x-${string}`]: unknown;
}

/** Marks a text member that also accepts integers. */
export const alsoIntegerExtension = 'x-also-integer';

/** Marks a member: the members of which exactly one is present, with the names of the schemas that have it. */
export const variantsExtension = 'x-variants';

/**
 * Converts the schemas to OpenAPI 3.1, and forbids additional members in requests. Uses only constructs that all common
 * code generators support: docs/decisions/0041.
 */
export function toOpenApi31(document: OpenAPIObject): void {
  const schemas = document.components!.schemas as Record<string, Schema>;
  for (const [name, schema] of Object.entries(schemas)) {
    if (/(Dto|\d)$/.test(name)) throw new Error(`The class ${name} lacks @ApiSchema({ name }).`);
    if (/(Input|Patch)$/.test(name)) schema.additionalProperties = false;
    for (const member of Object.values(schema.properties ?? {})) convertMember(member);
    Object.assign(schemas, splitIntoVariants(schema));
  }
}

/** Makes each alternative a schema of its own: code generators ignore `oneOf` beside `properties`. */
function splitIntoVariants(schema: Schema): Record<string, Schema> {
  const split = Object.values(schema.properties ?? {}).find((member) => member[variantsExtension]);
  if (!split) return {};
  const names = split[variantsExtension] as Record<string, string>;
  delete split[variantsExtension];
  const { properties, required = [], ...rest } = schema;
  const variants = Object.entries(names).map(([chosen, name]): [string, Schema] => {
    const members = Object.entries(properties!).map(([member, described]): [string, Schema] => {
      if (member === chosen) return [member, { ...described, type: notNull(described.type) }];
      const { description } = described;
      return [
        member,
        member in names ? { type: 'null', description: `Absent in this variant: ${description}` } : described,
      ];
    });
    return [name, { ...rest, properties: Object.fromEntries(members), required: [...required, chosen] }];
  });
  for (const key of Object.keys(schema)) delete schema[key as keyof Schema];
  schema.anyOf = variants.map(([name]) => ({ $ref: `#/components/schemas/${name}` }));
  return Object.fromEntries(variants);
}

function notNull(type: Schema['type']): Schema['type'] {
  const [only, ...others] = [type!].flat().filter((each) => each !== 'null');
  return others.length === 0 ? only : [only!, ...others];
}

function convertMember(member: Schema): void {
  // OpenAPI 3.1 allows siblings of $ref; allOf is the workaround for 3.0.
  if (member.allOf?.length === 1 && member.allOf[0]!.$ref) {
    member.$ref = member.allOf[0]!.$ref;
    delete member.allOf;
  }
  if ('example' in member) {
    member.examples = [member.example];
    delete member.example;
  }
  if (member[alsoIntegerExtension]) {
    delete member[alsoIntegerExtension];
    alsoInteger(member);
  }
}

/** Uses one schema per type: code generators apply the pattern of a mixed one to numbers. */
function alsoInteger(member: Schema): void {
  const { type, minLength, maxLength, pattern } = member;
  for (const name of ['type', 'minLength', 'maxLength', 'pattern'] as const) delete member[name];
  member.anyOf = [
    { type: 'string', minLength, maxLength, pattern },
    { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    ...([type].flat().includes('null') ? [{ type: 'null' }] : []),
  ];
}

/** Returns an example of a schema, composed of the examples of its members. */
export function exampleOf(schema: Schema, document: OpenAPIObject, purpose: 'request' | 'response'): unknown {
  if (schema.examples) return schema.examples[0];
  if (schema.$ref) {
    const name = schema.$ref.split('/').at(-1)!;
    return exampleOf(document.components!.schemas![name] as Schema, document, purpose);
  }
  if (schema.properties) {
    // Optional members of responses are expansions.
    const isShown = ([name, { readOnly }]: [string, Schema]): boolean | undefined =>
      purpose === 'response' ? schema.required?.includes(name) : !readOnly;
    const members = Object.entries(schema.properties).filter(isShown);
    return Object.fromEntries(members.map(([name, member]) => [name, exampleOf(member, document, purpose)]));
  }
  if (schema.anyOf) return exampleOf(schema.anyOf[0]!, document, purpose);
  if (schema.items) return [exampleOf(schema.items, document, purpose)];
  return schema.enum?.[0] ?? schema.default;
}

/** Returns `base` with the scalar values of the request body: the response shows what the request sets. */
export function withRequestValues(base: unknown, body: object | undefined): unknown {
  if (typeof base !== 'object' || base === null || Array.isArray(base) || body === undefined) return base;
  const set = Object.entries(body).filter(([name, value]) => name in base && typeof value !== 'object');
  return { ...base, ...Object.fromEntries(set) };
}

/** Returns `base` merged recursively with `changes`. Lists have the length of their changes. */
export function withOverrides(base: unknown, changes: unknown): unknown {
  if (changes === undefined) return base;
  if (typeof base !== 'object' || base === null || typeof changes !== 'object' || changes === null) return changes;
  if (Array.isArray(changes)) return changes.map((change, index) => withOverrides((base as unknown[])[index], change));
  const result = { ...base } as Record<string, unknown>;
  for (const [name, change] of Object.entries(changes)) result[name] = withOverrides(result[name], change);
  return result;
}
