import { ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import { defineField, type ValueReader } from './dto-reader.js';
import { notBlank } from './fields.js';
import { choiceReader, flagReader, integerTextReader, onceReader, textReader } from './values.js';

/** Query parameters: text on the wire, and each of them optional. */
function parameter(schema: ApiPropertyOptions, read: ValueReader): PropertyDecorator {
  return (target, name) => {
    ApiPropertyOptional(schema)(target, name);
    defineField(target, String(name), { read: onceReader(read), optional: true });
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
  maxLength = 255,
  ...options
}: {
  description: string;
  maxLength?: number;
  example?: string;
}) {
  return parameter({ ...options, type: String, minLength: 1, maxLength, pattern: notBlank }, textReader(maxLength));
}

/** `?expand=`: what else an answer is to hold, from a fixed list. */
export const ExpandParameter = (name: string, ...choices: string[]): PropertyDecorator =>
  ChoiceParameter({ name, choices, description: 'What to show in full, where the answer has only its id.' });

export function ChoiceParameter({
  name,
  choices,
  ...options
}: {
  description: string;
  /** The enum's name in the document. */
  name: string;
  choices: readonly string[];
  default?: string;
}) {
  return parameter({ ...options, enum: [...choices], enumName: name }, choiceReader(choices));
}
