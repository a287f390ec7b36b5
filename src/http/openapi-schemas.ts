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
  oneOf?: Schema[];
  enum?: unknown[];
  example?: unknown;
  examples?: unknown[];
  default?: unknown;
  readOnly?: boolean;
  additionalProperties?: boolean;
  minItems?: number;
  [extension: `x-${string}`]: unknown;
}

/** Set on a member that is text: whole numbers are taken for text too. */
export const alsoIntegerExtension = 'x-also-integer';

/** Set on a member: the members of which a document has exactly one. */
export const exactlyOneExtension = 'x-exactly-one-of';

/** Makes the schemas what OpenAPI 3.1 wants them to be, and says of requests that they may have no other members. */
export function tidySchemas(document: OpenAPIObject): void {
  const schemas = document.components!.schemas as Record<string, Schema>;
  for (const [name, schema] of Object.entries(schemas)) {
    if (/(Input|Patch)$/.test(name)) schema.additionalProperties = false;
    for (const member of Object.values(schema.properties ?? {})) tidyMember(member, schema);
  }
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

function tidyMember(member: Schema, parent: Schema): void {
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
    Object.assign(member, {
      type: ['integer', ...[member.type!].flat()],
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
    });
    delete member[alsoIntegerExtension];
  }
  const exclusive = member[exactlyOneExtension] as string[] | undefined;
  if (exclusive) {
    // Null counts as left out.
    parent.oneOf = exclusive.map((name) => ({ required: [name], properties: { [name]: { type: 'integer' } } }));
    delete member[exactlyOneExtension];
  }
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
  if (schema.items) return [exampleOf(schema.items, document, purpose)];
  return schema.enum?.[0] ?? schema.default;
}

/** `base`, but for the members `changes` names, however deep. */
export function merged(base: unknown, changes: unknown): unknown {
  if (changes === undefined) return base;
  if (typeof base !== 'object' || base === null || typeof changes !== 'object' || changes === null) return changes;
  const result = (Array.isArray(base) ? [...(base as unknown[])] : { ...base }) as Record<string, unknown>;
  for (const [name, change] of Object.entries(changes)) result[name] = merged(result[name], change);
  return result;
}
