import { applyDecorators, type Type } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions, PartialType } from '@nestjs/swagger';
import type { TextRule } from '../../../kernel/text-rules.js';
import { defineField, fieldsOf, type Origin, type ValueReader } from './dto-reader.js';
import { markDerived } from './derived-members.js';
import { alsoIntegerExtension, variantsExtension } from '../openapi/schemas.js';
import { maxId } from './path-id.js';
import {
  alsoNumber,
  booleanReader,
  choiceReader,
  integerReader,
  listReader,
  objectReader,
  textReader,
  valuesReader,
} from './values.js';

/**
 * Options of all field decorators. One declaration drives both validation and the OpenAPI document, so that they cannot
 * disagree.
 */
export interface FieldOptions {
  readonly description: string;
  readonly example?: unknown;
  /** In a response: the source of its value, if no request sets it. */
  readonly origin?: Origin;
  /** In a request: may be absent or null; with `beside`, only if that member is present. */
  readonly optional?: boolean | { readonly beside: string };
  /** In a response: always present, but may be null. */
  readonly nullable?: boolean;
  /** In a response: derived from other resources, and therefore ignored by If-Match of an edit. */
  readonly derived?: boolean;
  /**
   * In a request with an optional member: absence keeps the value, and only null removes it. For members that clients of
   * the former service don't know and would remove with a PUT.
   */
  readonly keptIfAbsent?: boolean;
}

export function field(options: FieldOptions, schema: ApiPropertyOptions, read?: ValueReader): PropertyDecorator {
  const { description, example, optional = false, nullable = Boolean(optional), derived = false, origin } = options;
  const property = { ...schema, description, example, required: !optional, nullable: nullable || undefined };
  return (target, name) => {
    ApiProperty(property as ApiPropertyOptions)(target, name);
    if (derived) markDerived(String(name));
    if (!read) return;
    const optionalBeside = typeof optional === 'object' ? optional.beside : undefined;
    const keepsNull = options.keptIfAbsent;
    defineField(target, String(name), {
      read,
      optional: Boolean(optional),
      optionalBeside,
      nullable,
      keepsNull,
      origin,
    });
  };
}

/** At least one non-blank character. Forbidden characters are left out: code generators copy patterns into sources. */
export const notBlank = '\\S';

export function TextField({
  maxLength,
  kind,
  alsoNumbers = false,
  ...options
}: FieldOptions &
  TextRule & {
    /** Whether an integer is accepted and converted to text. */
    alsoNumbers?: boolean;
  }): PropertyDecorator {
  const extension = alsoNumbers ? { [alsoIntegerExtension]: true } : {};
  const schema = { type: String, minLength: 1, maxLength, pattern: notBlank, ...extension };
  const reader = textReader({ maxLength, kind });
  return field(options, schema, alsoNumbers ? alsoNumber(reader) : reader);
}

/** An e-mail address, by its form only: whether it exists is known once a message arrives. */
export function EmailField(options: FieldOptions): PropertyDecorator {
  const reader = textReader({ maxLength: maxEmailLength });
  const schema = { type: String, format: 'email', minLength: 3, maxLength: maxEmailLength };
  return field(options, schema, (value, errors) => {
    const text = reader(value, errors) as string | undefined;
    if (text === undefined || /^[^\s@]+@[^\s@]+$/.test(text)) return text;
    return errors.add('format', 'must be an e-mail address');
  });
}

/** RFC 5321. */
const maxEmailLength = 254;

export function IntegerField(options: FieldOptions & { minimum: number; maximum: number }): PropertyDecorator {
  const { minimum, maximum } = options;
  const schema = { type: 'integer', format: 'int32', minimum, maximum } as const;
  return field(options, schema, integerReader(minimum, maximum));
}

export const IdField = (options: FieldOptions): PropertyDecorator =>
  IntegerField({ minimum: 1, maximum: maxId, example: 1, ...options });

export const BooleanField = (options: FieldOptions): PropertyDecorator =>
  field(options, { type: Boolean }, booleanReader);

/** An instant in a response, in UTC. */
export const InstantField = (options: FieldOptions): PropertyDecorator =>
  field(options, { type: String, format: 'date-time' });

export function ChoiceField({
  name,
  choices,
  ...options
}: FieldOptions & { name: string; choices: readonly string[] }) {
  return field(options, { enum: [...choices], enumName: name }, choiceReader(choices));
}

/** A list of different choices. */
export function ChoicesField({
  name,
  choices,
  ...options
}: FieldOptions & { name: string; choices: readonly string[] }): PropertyDecorator {
  const schema = { enum: [...choices], enumName: name, isArray: true, minItems: 1, maxItems: choices.length };
  return field(options, schema, valuesReader(choiceReader(choices), 1, choices.length));
}

/** An amount of money, in minor units of the shop's currency. */
export const AmountField = (options: FieldOptions): PropertyDecorator =>
  IntegerField({ minimum: 0, maximum: maxAmount, example: 250, ...options });

const maxAmount = 1_000_000_000;

/** A related document that is present only when requested by `?expand=`. */
export function ExpansionField(type: () => Type, description: string): PropertyDecorator {
  return (target, property) => {
    markDerived(String(property));
    ObjectField(type, { description, origin: 'expanded', optional: true, nullable: false })(target, property);
  };
}

/** A document within a document. */
export const ObjectField = (type: () => Type<object>, options: FieldOptions): PropertyDecorator =>
  field(options, { type: () => type() }, objectReader(type));

/** A list of documents. Without `maxItems`, it is of a response that is as large as it needs to be. */
export function ListField(
  type: () => Type<object>,
  { minItems = 0, maxItems, ...options }: FieldOptions & { minItems?: number; maxItems?: number },
): PropertyDecorator {
  return field(options, { type: () => [type()], minItems, maxItems }, listReader(type, minItems, maxItems ?? Infinity));
}

/**
 * Accepts read-only members in a request, so that clients can send back a document they have read. The values are never
 * stored: derived values are ignored, and others must equal the current ones, since a different value would be a change
 * that is silently not made.
 */
export function ReadOnlyMembersOf(response: Type, ...names: string[]): ClassDecorator {
  return ({ prototype }) => {
    for (const name of names) {
      /** @private-api of @nestjs/swagger: the metadata of ApiProperty() */
      const schema = Reflect.getMetadata('swagger/apiModelProperties', response.prototype as object, name) as {
        readonly nullable?: boolean;
      };
      ApiProperty({ ...schema, readOnly: true, required: false })(prototype as object, name);
      const origin = fieldsOf(response.prototype as object).get(name)?.origin;
      defineField(prototype as object, name, { readOnly: true, origin, nullable: schema.nullable });
    }
  };
}

/** Returns the merge patch (RFC 7396) of an input: absent members are kept, and null removes optional ones. */
export function MergePatch<Input extends object>(input: Type<Input>): Type<Partial<Omit<Input, 'toFields'>>> {
  const patch = PartialType(input, { skipNullProperties: false });
  for (const [name, inputField] of fieldsOf(input.prototype as object)) {
    defineField(patch.prototype as object, name, { ...inputField, optional: true, keepsNull: true });
  }
  return patch;
}

/**
 * Requires exactly one of these members. Decorates the first of them.
 * @param variants for each member, the name of the schema with that member
 */
export function ExactlyOneOf(variants: Readonly<Record<string, string>>): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ [variantsExtension]: variants } as ApiPropertyOptions),
    (target: object, name: string | symbol) =>
      defineField(target, String(name), { exactlyOneOf: Object.keys(variants) }),
  );
}
