import type { Type } from '@nestjs/common';
import { searchWords } from '../../../kernel/text.js';
import { readText, type TextRule } from '../../../kernel/text-rules.js';
import { readDto, type ValueReader } from './dto-reader.js';

/** Readers of members and parameters. Cheap checks come first: type, raw size, then content. */

/** Reads text in its stored form; see `readText`. */
export function textReader(rule: TextRule): ValueReader {
  return (value, errors) => {
    if (typeof value !== 'string') return errors.add('type', 'must be text');
    const read = readText(value, rule);
    return typeof read === 'string' ? read : errors.add(read.code, read.detail);
  };
}

/** Reads a search term. Control characters, blanks and symbols are allowed, as they come from a clipboard. */
export function searchReader(maxLength: number): ValueReader {
  const reader = textReader({ maxLength, kind: 'prose' });
  return (value, errors) => {
    const text = reader(value, errors);
    if (typeof text !== 'string' || searchWords(text).length > 0) return text;
    return errors.add('blank', 'must contain a letter, a digit or a symbol');
  };
}

export function integerReader(minimum: number, maximum: number): ValueReader {
  return (value, errors) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return errors.add('type', 'must be a whole number');
    if (value < minimum) return errors.add('min', `must be ${minimum} or more`);
    if (value > maximum) return errors.add('max', `must be ${maximum} or less`);
    return value;
  };
}

export const booleanReader: ValueReader = (value, errors) =>
  typeof value === 'boolean' ? value : errors.add('type', 'must be true or false');

export function choiceReader(choices: readonly string[]): ValueReader {
  return (value, errors) => {
    if (typeof value !== 'string') return errors.add('type', 'must be text');
    return choices.includes(value) ? value : errors.add('choice', `must be one of ${choices.join(', ')}`);
  };
}

export const objectReader =
  (type: () => Type<object>): ValueReader =>
  (value, errors) =>
    readDto(type(), value, errors);

export const listReader = (type: () => Type<object>, minItems: number, maxItems: number): ValueReader =>
  itemsReader((item, errors) => readDto(type(), item, errors), minItems, maxItems);

/** Reads a list of scalar values. A value that is repeated is kept once. */
export function valuesReader(read: ValueReader, minItems: number, maxItems: number): ValueReader {
  const reader = itemsReader(read, minItems, maxItems);
  return (value, errors) => {
    const values = reader(value, errors) as unknown[] | undefined;
    return values && [...new Set(values)];
  };
}

/** Rejects a list of the wrong size as a whole, without reading its items. */
function itemsReader(readItem: ValueReader, minItems: number, maxItems: number): ValueReader {
  return (value, errors) => {
    if (!Array.isArray(value)) return errors.add('type', 'must be a list');
    if (value.length < minItems) return errors.add('too_few_items', `must have ${minItems} items or more`);
    if (value.length > maxItems) return errors.add('too_many_items', `must have ${maxItems} items at most`);
    return value.map((item, index) => {
      errors.enter(index);
      const read = readItem(item, errors);
      errors.leave();
      return read;
    });
  };
}

/** Also accepts non-negative integers and converts them to text. */
export const alsoNumber =
  (reader: ValueReader): ValueReader =>
  (value, errors) =>
    reader(Number.isSafeInteger(value) && Number(value) >= 0 ? String(value) : value, errors);

/** Rejects a repeated query parameter. */
export const singleValueReader =
  (reader: ValueReader): ValueReader =>
  (value, errors) =>
    typeof value === 'string' ? reader(value, errors) : errors.add('repeated', 'must appear only once');

export function integerTextReader(minimum: number, maximum: number): ValueReader {
  const reader = integerReader(minimum, maximum);
  const longest = String(maximum).length;
  return (value, errors) => {
    const text = value as string;
    if (!/^(0|[1-9]\d*)$/.test(text)) return errors.add('type', 'must be an integer in decimal digits');
    return reader(text.length > longest ? Number.MAX_SAFE_INTEGER : Number(text), errors);
  };
}

export const flagReader: ValueReader = (value, errors) =>
  value === 'true' || value === 'false' ? value === 'true' : errors.add('type', 'must be true or false');
