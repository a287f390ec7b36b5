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
} from './values.js';

/**
 * The members of our documents. Each decorator says once what a member is, and both the validation
 * and the OpenAPI document follow from it, so that neither can promise what the other doesn't keep.
 */
interface FieldOptions {
  readonly description: string;
  readonly example?: unknown;
  /** In an answer: where its value comes from, if no request sets it. */
  readonly origin?: Origin;
  /** In a request: may be left out or null; where a member is named, only beside that one. */
  readonly optional?: boolean | { readonly beside: string };
  /** In an answer: always there, but may be null. */
  readonly nullable?: boolean;
  /** In an answer: follows from other resources, so that an edit on condition disregards it. */
  readonly derived?: boolean;
}

function field(options: FieldOptions, schema: ApiPropertyOptions, read?: ValueReader): PropertyDecorator {
  const { description, example, optional = false, nullable = Boolean(optional), derived = false, origin } = options;
  const property = { ...schema, description, example, required: !optional, nullable: nullable || undefined };
  return (target, name) => {
    ApiProperty(property as ApiPropertyOptions)(target, name);
    if (derived) markDerived(String(name));
    if (!read) return;
    const optionalBeside = typeof optional === 'object' ? optional.beside : undefined;
    defineField(target, String(name), { read, optional: Boolean(optional), optionalBeside, nullable, origin });
  };
}

/** Something other than space. Characters that no text can have are not in it: generators write them into sources. */
export const notBlank = '\\S';

export function TextField({
  maxLength,
  kind,
  alsoNumbers = false,
  ...options
}: FieldOptions &
  TextRule & {
    /** Whether a whole number is taken too, as it is spelt. */
    alsoNumbers?: boolean;
  }): PropertyDecorator {
  const extension = alsoNumbers ? { [alsoIntegerExtension]: true } : {};
  const schema = { type: String, minLength: 1, maxLength, pattern: notBlank, ...extension };
  const reader = textReader({ maxLength, kind });
  return field(options, schema, alsoNumbers ? alsoNumber(reader) : reader);
}

export function IntegerField(options: FieldOptions & { minimum: number; maximum: number }): PropertyDecorator {
  const { minimum, maximum } = options;
  const schema = { type: 'integer', format: 'int32', minimum, maximum } as const;
  return field(options, schema, integerReader(minimum, maximum));
}

export const IdField = (options: FieldOptions): PropertyDecorator =>
  IntegerField({ minimum: 1, maximum: maxId, example: 1, ...options });

export const BooleanField = (options: FieldOptions): PropertyDecorator =>
  field(options, { type: Boolean }, booleanReader);

/** An instant of an answer, in UTC. */
export const InstantField = (options: FieldOptions): PropertyDecorator =>
  field(options, { type: String, format: 'date-time' });

export function ChoiceField({
  name,
  choices,
  ...options
}: FieldOptions & { name: string; choices: readonly string[] }) {
  return field(options, { enum: [...choices], enumName: name }, choiceReader(choices));
}

/** Another document that an answer holds only where `?expand=` asks for it. */
export function ExpansionField(type: () => Type, description: string): PropertyDecorator {
  return (target, property) => {
    markDerived(String(property));
    ObjectField(type, { description, origin: 'expanded', optional: true, nullable: false })(target, property);
  };
}

/** A document within a document. */
export const ObjectField = (type: () => Type<object>, options: FieldOptions): PropertyDecorator =>
  field(options, { type: () => type() }, objectReader(type));

export function ListField(
  type: () => Type<object>,
  { minItems = 0, maxItems, ...options }: FieldOptions & { minItems?: number; maxItems: number },
): PropertyDecorator {
  return field(options, { type: () => [type()], minItems, maxItems }, listReader(type, minItems, maxItems));
}

/**
 * Lets a request carry members that only the service sets, as a document does that was read before. What `answer` shows
 * under these names is never taken from a client: values that follow from other things are ignored, and the others must
 * be what they are, since they would be an order that isn't carried out.
 */
export function ReadOnlyMembersOf(answer: Type, ...names: string[]): ClassDecorator {
  return ({ prototype }) => {
    for (const name of names) {
      const schema = Reflect.getMetadata('swagger/apiModelProperties', answer.prototype as object, name) as {
        readonly nullable?: boolean;
      };
      ApiProperty({ ...schema, readOnly: true, required: false })(prototype as object, name);
      const origin = fieldsOf(answer.prototype as object).get(name)?.origin;
      defineField(prototype as object, name, { readOnly: true, origin, nullable: schema.nullable });
    }
  };
}

/** The merge patch (RFC 7396) for an input: what is left out is kept, and null is for members that may be absent. */
export function MergePatch<Input extends object>(input: Type<Input>): Type<Partial<Omit<Input, 'toFields'>>> {
  const patch = PartialType(input, { skipNullProperties: false });
  for (const [name, inputField] of fieldsOf(input.prototype as object)) {
    defineField(patch.prototype as object, name, { ...inputField, optional: true, keepsNull: true });
  }
  return patch;
}

/**
 * Of these members a document has exactly one. Stands on the first of them.
 * @param variants for each member, the name of the schema of documents that have it
 */
export function ExactlyOneOf(variants: Readonly<Record<string, string>>): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ [variantsExtension]: variants } as ApiPropertyOptions),
    (target: object, name: string | symbol) =>
      defineField(target, String(name), { exactlyOneOf: Object.keys(variants) }),
  );
}
