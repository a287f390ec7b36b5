import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, Max, Min, MinLength } from 'class-validator';
import { CharactersAtMost, notBlank, TidyText } from './fields.js';

/** Query parameters: text on the wire, and each of them optional. A parameter given twice arrives as a list and is refused. */
function parameter(schema: ApiPropertyOptions, checks: PropertyDecorator[]): PropertyDecorator {
  return applyDecorators(ApiPropertyOptional(schema), IsOptional(), ...checks);
}

/** Reads text as `read` says; what it can't read stays as it is, for the check after it to refuse. */
const reading = (read: (text: string) => unknown): PropertyDecorator =>
  Transform(({ value }) => (typeof value === 'string' ? (read(value) ?? value) : (value as unknown)));

export function IntegerParameter(options: {
  description: string;
  minimum: number;
  maximum: number;
  default?: number;
}): PropertyDecorator {
  const { minimum, maximum } = options;
  return parameter({ ...options, type: 'integer', format: 'int32' }, [
    reading((text) => (/^(0|[1-9]\d*)$/.test(text) ? Number(text) : undefined)),
    Max(maximum),
    Min(minimum),
    IsInt({ message: '$property must be a whole number in plain digits' }),
  ]);
}

export function FlagParameter(options: { description: string; default?: boolean }): PropertyDecorator {
  return parameter({ ...options, type: Boolean }, [
    reading((text) => ({ true: true, false: false })[text]),
    IsBoolean({ message: '$property must be true or false, once' }),
  ]);
}

export function TextParameter({
  maxLength = 255,
  ...options
}: {
  description: string;
  maxLength?: number;
  example?: string;
}) {
  return parameter({ ...options, type: String, minLength: 1, maxLength, pattern: notBlank }, [
    TidyText(),
    CharactersAtMost(maxLength),
    MinLength(1, { message: '$property must not be empty' }),
    IsString({ message: '$property must be given once, as text' }),
  ]);
}

/** `?expand=`: what else an answer is to hold, from a fixed list. */
export const ExpandParameter = (name: string, ...choices: string[]): PropertyDecorator =>
  ChoiceParameter({ name, choices, description: 'What to show in full, where the answer has only its id.' });

export function ChoiceParameter({
  name,
  choices,
  description,
}: {
  description: string;
  name: string;
  choices: readonly string[];
}) {
  return parameter({ description, enum: [...choices], enumName: name }, [
    IsIn(choices, { message: `$property must be one of ${choices.join(', ')}` }),
  ]);
}
