import type { OpenAPIObject } from '@nestjs/swagger';

/** A JSON Schema 2020-12, as far as our documents use it. Our extensions are in it only until it is tidied. */
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

/** Set on a member that is text: whole numbers are taken for text too. */
export const alsoIntegerExtension = 'x-also-integer';

/** Set on a member: the members of which a document has exactly one, with the names of the schemas that have it. */
export const variantsExtension = 'x-variants';

/**
 * Makes the schemas what OpenAPI 3.1 wants them to be, and says of requests that they may have no other members.
 * Only constructs that all common generators take are used: docs/decisions/0041.
 */
export function toOpenApi31(document: OpenAPIObject): void {
  const schemas = document.components!.schemas as Record<string, Schema>;
  for (const [name, schema] of Object.entries(schemas)) {
    if (/(Input|Patch)$/.test(name)) schema.additionalProperties = false;
    for (const member of Object.values(schema.properties ?? {})) convertMember(member);
    Object.assign(schemas, splitIntoVariants(schema));
  }
}

/** Generators drop a choice beside `properties`: each becomes a schema of its own. */
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
      return [member, member in names ? { type: 'null', description: `Not here: ${description}` } : described];
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

/** GenreDto → Genre: our classes' suffix says nothing to those who read the document. */
export function withPlainNames(document: OpenAPIObject): OpenAPIObject {
  const text = JSON.stringify(document).replace(/(#\/components\/schemas\/\w+)Dto"/g, '$1"');
  const plain = JSON.parse(text) as OpenAPIObject;
  const schemas = Object.entries(plain.components!.schemas!).map(([name, schema]) => [
    name.replace(/Dto$/, ''),
    schema,
  ]);
  plain.components!.schemas = Object.fromEntries(schemas) as NonNullable<OpenAPIObject['components']>['schemas'];
  return plain;
}

function convertMember(member: Schema): void {
  // A reference may have siblings since 3.1; the detour by allOf is of 3.0.
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

/** A schema for each type: generators apply the pattern of a mixed one to numbers. */
function alsoInteger(member: Schema): void {
  const { type, minLength, maxLength, pattern } = member;
  for (const name of ['type', 'minLength', 'maxLength', 'pattern'] as const) delete member[name];
  member.anyOf = [
    { type: 'string', minLength, maxLength, pattern },
    { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    ...([type].flat().includes('null') ? [{ type: 'null' }] : []),
  ];
}

/** A document as the examples of its members add up to it. */
export function exampleOf(schema: Schema, document: OpenAPIObject, purpose: 'request' | 'answer'): unknown {
  if (schema.examples) return schema.examples[0];
  if (schema.$ref) {
    const name = schema.$ref.split('/').at(-1)!;
    return exampleOf(document.components!.schemas![name] as Schema, document, purpose);
  }
  if (schema.properties) {
    // What an answer need not have is what it was expanded by.
    const isShown = ([name, { readOnly }]: [string, Schema]): boolean | undefined =>
      purpose === 'answer' ? schema.required?.includes(name) : !readOnly;
    const members = Object.entries(schema.properties).filter(isShown);
    return Object.fromEntries(members.map(([name, member]) => [name, exampleOf(member, document, purpose)]));
  }
  if (schema.anyOf) return exampleOf(schema.anyOf[0]!, document, purpose);
  if (schema.items) return [exampleOf(schema.items, document, purpose)];
  return schema.enum?.[0] ?? schema.default;
}

/** `base`, with the plain values that `body` has under the same names: what a request sets, its answer shows. */
export function withRequestValues(base: unknown, body: object | undefined): unknown {
  if (typeof base !== 'object' || base === null || Array.isArray(base) || body === undefined) return base;
  const set = Object.entries(body).filter(([name, value]) => name in base && typeof value !== 'object');
  return { ...base, ...Object.fromEntries(set) };
}

/** `base`, but for the members `changes` names, however deep. A list is as long as its changes. */
export function withOverrides(base: unknown, changes: unknown): unknown {
  if (changes === undefined) return base;
  if (typeof base !== 'object' || base === null || typeof changes !== 'object' || changes === null) return changes;
  if (Array.isArray(changes)) return changes.map((change, index) => withOverrides((base as unknown[])[index], change));
  const result = { ...base } as Record<string, unknown>;
  for (const [name, change] of Object.entries(changes)) result[name] = withOverrides(result[name], change);
  return result;
}
