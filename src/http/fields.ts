import { applyDecorators, type Type } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions, PartialType } from '@nestjs/swagger';
import { Transform, Type as Nested } from 'class-transformer';
import {
  Allow,
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsEnum,
  IsInt,
  IsObject,
  IsString,
  Max,
  Min,
  MinLength,
  ValidateIf,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { markExpansion } from './expansions.js';
import { alsoIntegerExtension, exactlyOneExtension } from './openapi-schemas.js';
import { largestId } from './path-id.js';

/**
 * The members of our documents. Each decorator says once what a member is, and both the validation
 * and the OpenAPI document follow from it, so that neither can promise what the other doesn't keep.
 */
interface FieldOptions {
  readonly description: string;
  readonly example?: unknown;
  /** In a request: may be left out or null; where a member is named, only beside that one. */
  readonly optional?: boolean | { readonly beside: string };
  /** In an answer: always there, but may be null. */
  readonly nullable?: boolean;
}

function field(options: FieldOptions, schema: ApiPropertyOptions, checks: PropertyDecorator[]): PropertyDecorator {
  const { description, example, optional = false, nullable = Boolean(optional) } = options;
  const property = { ...schema, description, example, required: !optional, nullable: nullable || undefined };
  const whenGiven = ValidateIf(
    (document: Record<string, unknown>, value) =>
      value != null || (typeof optional === 'object' && document[optional.beside] == null),
  );
  return applyDecorators(ApiProperty(property as ApiPropertyOptions), ...(optional ? [whenGiven] : []), ...checks);
}

/** Something other than space, and no NUL, which PostgreSQL can't store. */
export const notBlank = '^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$';

/** Text as it is stored: without space around it, in Unicode's composed form. */
function tidy(value: unknown): unknown {
  return typeof value === 'string' ? value.normalize('NFC').trim() : value;
}

export const TidyText = (): PropertyDecorator => Transform(({ value }) => tidy(value));

/** Counts Unicode's characters, as JSON Schema and PostgreSQL do; class-validator counts some pairs of them as one. */
export const CharactersAtMost = (limit: number): PropertyDecorator =>
  ValidateBy({
    name: 'charactersAtMost',
    validator: {
      validate: (text) => typeof text === 'string' && [...text].length <= limit,
      defaultMessage: () => `$property must have ${limit} characters at most`,
    },
  });

/** Takes a whole number where text is meant, as it is spelt. */
export const NumbersAsText = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ [alsoIntegerExtension]: true } as ApiPropertyOptions),
    Transform(({ value }: { value: unknown }) =>
      Number.isSafeInteger(value) && Number(value) >= 0 ? String(value) : value,
    ),
  );

export function TextField({ maxLength, ...options }: FieldOptions & { maxLength: number }): PropertyDecorator {
  const checks = [
    TidyText(),
    CharactersAtMost(maxLength),
    MinLength(1, { message: '$property must not be empty' }),
    IsString(),
  ];
  return field(options, { type: String, minLength: 1, maxLength, pattern: notBlank }, checks);
}

export function IntegerField(options: FieldOptions & { minimum: number; maximum: number }): PropertyDecorator {
  const { minimum, maximum } = options;
  const checks = [Max(maximum), Min(minimum), IsInt({ message: '$property must be a whole number' })];
  return field(options, { type: 'integer', format: 'int32', minimum, maximum }, checks);
}

export const IdField = (options: FieldOptions): PropertyDecorator =>
  IntegerField({ minimum: 1, maximum: largestId, example: 1, ...options });

export const BooleanField = (options: FieldOptions): PropertyDecorator =>
  field(options, { type: Boolean }, [IsBoolean()]);

/** An instant of an answer, in UTC. */
export const InstantField = (options: FieldOptions): PropertyDecorator =>
  field(options, { type: String, format: 'date-time' }, []);

export function ChoiceField({
  name,
  choices,
  ...options
}: FieldOptions & { name: string; choices: readonly string[] }) {
  const checks = [IsEnum(choices, { message: `$property must be one of ${choices.join(', ')}` })];
  return field(options, { enum: [...choices], enumName: name }, checks);
}

/** Another document that an answer holds only where `?expand=` asks for it. */
export function ExpansionField(type: () => Type, description: string): PropertyDecorator {
  return (target, property) => {
    markExpansion(target, String(property));
    ObjectField(type, { description, optional: true, nullable: false })(target, property);
  };
}

/** A document within a document. */
export const ObjectField = (type: () => Type, options: FieldOptions): PropertyDecorator =>
  field(options, { type: () => type() }, [IsObject(), ValidateNested(), Nested(type)]);

export function ListField(
  type: () => Type,
  { minItems = 0, maxItems, ...options }: FieldOptions & { minItems?: number; maxItems: number },
): PropertyDecorator {
  const checks = [
    Nested(type),
    ValidateNested({ each: true }),
    IsObject({ each: true, message: 'each line must be an object' }),
    ArrayMaxSize(maxItems),
    ArrayMinSize(minItems),
    IsArray(),
  ];
  return field(options, { type: () => [type()], minItems, maxItems }, checks);
}

/**
 * Lets a request carry members that only the server sets, as a document does that was read before,
 * and ignores them: what `answer` shows under these names is never taken from a client.
 */
export function IgnoresMembersOf(answer: Type, ...names: string[]): ClassDecorator {
  return ({ prototype }) => {
    for (const name of names) {
      const schema = Reflect.getMetadata('swagger/apiModelProperties', answer.prototype as object, name) as object;
      ApiProperty({ ...schema, readOnly: true, required: false })(prototype as object, name);
      Allow()(prototype as object, name);
    }
  };
}

/** The merge patch (RFC 7396) for an input: what is left out is kept, and null is for members that may be absent. */
export function MergePatch<Input extends object>(input: Type<Input>): Type<Partial<Omit<Input, 'toOrder'>>> {
  return PartialType(input, { skipNullProperties: false });
}

/** Of these members a document has one, and not the other. Stands on the first of them. */
export function ExactlyOneOf(...names: string[]): PropertyDecorator {
  const given = (document: object): number =>
    names.filter((name) => (document as Record<string, unknown>)[name] != null).length;
  return applyDecorators(
    ApiProperty({ [exactlyOneExtension]: names } as ApiPropertyOptions),
    ValidateBy({
      name: 'exactlyOneOf',
      validator: {
        validate: (_, context) => given(context!.object) === 1,
        defaultMessage: () => `exactly one of ${names.join(', ')} is expected`,
      },
    }),
  );
}
