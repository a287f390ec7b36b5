import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc, { type Arbitrary } from 'fast-check';

/** The part of JSON Schema 2020-12 that describes the requests. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly readOnly?: boolean;
}

const ajv = addFormats.default(new Ajv2020({ strict: false }));
const validators = new Map<string, ValidateFunction>();

/** Returns a cached validator of a schema. Most members share a few schemas. */
function validatorOf(schema: object): ValidateFunction {
  const key = JSON.stringify(schema);
  const isValid = validators.get(key) ?? ajv.compile(JSON.parse(key) as object);
  validators.set(key, isValid);
  return isValid;
}

/** Arbitraries of fast-check for valid and invalid values of schemas. */
export class Arbitraries {
  /**
   * @param document the document with the referenced schemas
   * @param likely preferred values of members and parameters, by name
   */
  constructor(
    private readonly document: object,
    private readonly likely: Readonly<Record<string, Arbitrary<unknown>>> = {},
  ) {}

  /** Returns any valid value of `schema`. */
  valid(schema: Schema, name = ''): Arbitrary<unknown> {
    const { $ref, oneOf, anyOf, enum: choices, type = [] } = schema;
    if ($ref) return this.valid(this.at($ref), name);
    const branches = oneOf ?? anyOf;
    if (branches) return fc.oneof(...branches.map((branch) => this.valid(branch, name)));
    if (choices) return fc.constantFrom(...choices);
    const types = [type].flat();
    const likely = this.likely[name];
    const isNull = types.every((each) => each === 'null');
    if (likely && !isNull) return types.includes('null') ? fc.oneof(likely, fc.constant(null)) : likely;
    return fc.oneof(...types.map((each) => this.validOf(each, schema)));
  }

  /** Returns invalid values that are close to valid ones. */
  broken(schema: Schema): Arbitrary<unknown> {
    const { $ref, oneOf, anyOf, items, properties } = schema;
    if ($ref) return this.broken(this.at($ref));
    if (items) return this.brokenList(schema, items);
    const branches = oneOf ?? anyOf;
    if (branches) {
      const isValid = validatorOf(this.resolved(schema) as object);
      const invalid = branches.map((branch) => this.broken(branch));
      return fc.oneof(...invalid).filter((value) => !isValid(value) || hasLoneSurrogates(value));
    }
    if (!properties) return fc.constantFrom(...invalidScalars(schema));
    return this.brokenDocument(schema, properties);
  }

  /** Returns invalid texts for a parameter. */
  brokenText(schema: Schema): Arbitrary<string> {
    if (schema.$ref) return this.brokenText(this.at(schema.$ref));
    const isValid = validatorOf(schema);
    const candidates = [...invalidScalars({ type: 'object' }), ...invalidScalars(schema)].filter(
      (value) => typeof value !== 'object',
    );
    const refused = candidates.map(String).filter((text) => text.isWellFormed() && !isValid(asRead(text, schema)));
    return fc.constantFrom(...refused);
  }

  private validOf(type: string, schema: Schema): Arbitrary<unknown> {
    switch (type) {
      case 'null':
        return fc.constant(null);
      case 'boolean':
        return fc.boolean();
      case 'integer':
        return fc.integer({ min: schema.minimum, max: Math.min(schema.maximum!, 2 ** 31 - 1) });
      case 'string':
        return formats[schema.format!] ?? texts(schema);
      case 'array':
        return fc.array(this.valid(schema.items!), {
          minLength: schema.minItems,
          maxLength: schema.maxItems,
          size: 'xsmall',
        });
      case 'object': {
        // Random read-only values are nearly always refused, so they are generated rarely.
        const { properties = {}, required = [] } = schema;
        const settable = Object.entries(properties).filter(([, { readOnly }]) => !readOnly);
        return fc.oneof(
          { weight: 15, arbitrary: this.record(settable, required) },
          { weight: 1, arbitrary: this.record(Object.entries(properties), required) },
        );
      }
      default:
        throw new Error(`No arbitrary for a schema of type ${type}; add it to test/support/http/arbitraries.ts.`);
    }
  }

  private record(members: readonly [string, Schema][], required: readonly string[]): Arbitrary<object> {
    const values = members.map(([name, member]) => [name, this.valid(member, name)] as const);
    return fc.record(Object.fromEntries(values), { requiredKeys: [...required], noNullPrototype: true });
  }

  private brokenDocument(schema: Schema, properties: Readonly<Record<string, Schema>>): Arbitrary<unknown> {
    const documents = this.valid(schema) as Arbitrary<object>;
    // The type of a read-only value is not checked: the value is ignored, or compared.
    const checked = Object.entries(properties).filter(([, { readOnly }]) => !readOnly);
    return fc.oneof(
      fc.constantFrom(...invalidScalars(schema)),
      fc.tuple(documents, fc.constantFrom(...unknownNames)).map(([document, name]) => ({ ...document, [name]: 1 })),
      ...(schema.required ?? []).map((name) =>
        documents.map((document) => Object.fromEntries(Object.entries(document).filter(([other]) => other !== name))),
      ),
      ...checked.map(([name, member]) =>
        fc.tuple(documents, this.broken(member)).map(([document, value]) => ({ ...document, [name]: value })),
      ),
    );
  }

  private brokenList(schema: Schema, items: Schema): Arbitrary<unknown> {
    const { minItems = 0, maxItems = Infinity } = schema;
    const lists = this.valid(schema).filter(Array.isArray) as Arbitrary<unknown[]>;
    return fc.oneof(
      fc.constantFrom(...invalidScalars(schema)),
      fc.tuple(lists, this.broken(items)).map(([list, item]) => [...list, item]),
      ...(minItems > 0 ? [fc.constant([])] : []),
      ...(maxItems < 1000 ? [this.valid(items).map((item) => Array<unknown>(maxItems + 1).fill(item))] : []),
    );
  }

  private at(ref: string): Schema {
    const steps = ref.slice('#/'.length).split('/');
    return steps.reduce<unknown>((node, step) => (node as Record<string, unknown>)[step], this.document) as Schema;
  }

  /** Returns the schema with its references resolved. */
  private resolved(node: unknown): unknown {
    if (Array.isArray(node)) return node.map((each) => this.resolved(each));
    if (typeof node !== 'object' || node === null) return node;
    const { $ref, ...rest } = node as Schema;
    const members = Object.entries({ ...($ref && this.at($ref)), ...rest });
    return Object.fromEntries(members.map(([name, value]) => [name, this.resolved(value)]));
  }
}

/** Returns the value of a parameter's text. */
function asRead(text: string, { type }: Schema): unknown {
  if (type === 'integer' && /^(0|[1-9]\d*)$/.test(text)) return Number(text);
  return type === 'boolean' && /^(true|false)$/.test(text) ? text === 'true' : text;
}

const instants = fc
  .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

const formats: Readonly<Record<string, Arbitrary<string>>> = {
  'date-time': instants,
  date: instants.map((instant) => instant.slice(0, 10)),
  email: fc.emailAddress(),
};

/** Invisible characters, which no member accepts and no pattern of the document excludes. See docs/decisions/0035. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u;

/** A search term needs one of these. */
const seen = /[\p{Letter}\p{Number}\p{Punctuation}\p{Symbol}]/u;

/** Text in Unicode's composed form, in which its length is counted. */
function texts({ minLength = 0, maxLength = Infinity, pattern = '' }: Schema): Arbitrary<string> {
  const expression = new RegExp(pattern, 'u');
  const fits = (text: string): boolean => {
    const { length } = [...text];
    return length >= minLength && length <= maxLength && expression.test(text) && seen.test(text) && !unseen.test(text);
  };
  const longest = 'x'.repeat(Math.min(maxLength, 5000));
  return fc
    .oneof(
      { weight: 4, arbitrary: fc.stringMatching(expression) },
      { weight: 2, arbitrary: fc.string({ unit: 'grapheme', minLength }) },
      { weight: 2, arbitrary: fc.string({ unit: 'binary', minLength }) },
      { weight: 1, arbitrary: fc.constant(longest) },
    )
    .map((text) => text.normalize('NFC'))
    .filter(fits);
}

const unknownNames = ['nmae', '', '__proto__', 'constructor', 'prototype', 'toString', 'toFields', 'Name', 'a.b', '0'];

/** Returns plausible values that `schema` does not allow. */
function invalidScalars(schema: Schema): unknown[] {
  const { minimum = 0, maximum = 0, maxLength = 0 } = schema;
  const numbers = [minimum - 1, maximum + 1, minimum + 0.5, -1, 0, 1, 2 ** 31, 2 ** 53, 1e21, 1e308, -1e308];
  const strings = ['', ' ', '\t\n', '\u00a0\u2003', '1', 'x', 'in_service ', 'NULL', 'a\0b', 'x'.repeat(maxLength + 1)];
  const others = [null, true, false, [], {}, ['x'], [1], { id: 1 }, { $ref: '#' }];
  const { readOnly: _, ...checked } = schema;
  const isValid = validatorOf(checked.items || checked.properties ? { type: checked.type } : checked);
  const refused = [...numbers, ...strings, ...others].filter((value) => !isValid(value));
  return [...refused, '\ud800', 'a\udfffb'];
}

/** Lone surrogates, which no database stores. JSON Schema can't exclude them. */
export const hasLoneSurrogates = (value: unknown): boolean => /\\ud[89a-f]/.test(JSON.stringify(value));
