import { ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import type { TextRule } from '../../../kernel/text-rules.js';
import { defineField, type ValueReader } from './dto-reader.js';
import { notBlank } from './fields.js';
import { choiceReader, flagReader, integerTextReader, singleValueReader, searchReader, textReader } from './values.js';

/** Declares a query parameter. All of them are optional. */
export function parameter(schema: ApiPropertyOptions, read: ValueReader): PropertyDecorator {
  return (target, name) => {
    ApiPropertyOptional(schema)(target, name);
    defineField(target, String(name), { read: singleValueReader(read), optional: true });
  };
}

export function IntegerParameter(options: {
  description: string;
  minimum: number;
  maximum: number;
  default?: number;
}): PropertyDecorator {
  const { minimum, maximum } = options;
  return parameter({ ...options, type: 'integer', format: 'int32' }, integerTextReader(minimum, maximum));
}

export const FlagParameter = (options: { description: string; default?: boolean }): PropertyDecorator =>
  parameter({ ...options, type: Boolean }, flagReader);

export function TextParameter({
  maxLength,
  kind,
  ...options
}: TextRule & { description: string; example?: string }): PropertyDecorator {
  return parameter(textSchema({ ...options, maxLength }), textReader({ maxLength, kind }));
}

/** A search term: words, or parts of words. */
export function SearchParameter(options: { description: string; example: string }): PropertyDecorator {
  return parameter(textSchema({ ...options, maxLength: maxSearchLength }), searchReader(maxSearchLength));
}

const maxSearchLength = 255;
const textSchema = (schema: ApiPropertyOptions): ApiPropertyOptions =>
  ({ ...schema, type: String, minLength: 1, pattern: notBlank }) as ApiPropertyOptions;

/** `?expand=`: related resources to include, from a fixed list. */
export const ExpandParameter = (name: string, ...choices: string[]): PropertyDecorator =>
  ChoiceParameter({ name, choices, description: 'Related resource to include in the response in addition to its id.' });

export function ChoiceParameter({
  name,
  choices,
  ...options
}: {
  description: string;
  /** The enum's name in the OpenAPI document. */
  name: string;
  choices: readonly string[];
  default?: string;
}) {
  return parameter({ ...options, enum: [...choices], enumName: name }, choiceReader(choices));
}
