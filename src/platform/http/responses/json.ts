import { HttpProblem } from '../problems/http-problem.js';
import type { InputErrors } from '../problems/input-errors.js';

/** More than any request needs. */
const maxDepth = 32;

/**
 * Parses JSON text (RFC 8259) and rejects duplicate member names: JSON.parse silently keeps the last, and other parsers
 * may keep the first.
 * @throws HttpProblem 400
 */
export function parseJson(text: string): unknown {
  const { depth, members } = scan(text);
  if (depth > maxDepth) {
    throw new HttpProblem('malformed-request', `The body is nested more than ${maxDepth} levels deep.`);
  }
  const value = parse(text);
  if (members !== countMembers(value)) {
    throw new HttpProblem('malformed-request', 'The body has an object with duplicate member names.');
  }
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HttpProblem('malformed-request', `The body is not valid JSON: ${(error as Error).message}.`);
  }
}

/** Counts members and depth of JSON text by its punctuation. The counts are meaningless for malformed text. */
function scan(text: string): { depth: number; members: number } {
  let depth = 0;
  let deepest = 0;
  let members = 0;
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case quote:
        index = endOfString(text, index);
        break;
      case openingBracket:
      case openingBrace:
        if (++depth > deepest) deepest = depth;
        break;
      case closingBracket:
      case closingBrace:
        depth--;
        break;
      case colon:
        members++;
    }
  }
  return { depth: deepest, members };
}

const [quote, backslash, openingBracket, closingBracket, openingBrace, closingBrace, colon] = Array.from(
  '"\\[]{}:',
  (character) => character.charCodeAt(0),
) as [number, number, number, number, number, number, number];

/** @returns the index of the closing quotation mark of the string at `start`, or the end of the text */
function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text.charCodeAt(index) !== quote) {
    index += text.charCodeAt(index) === backslash ? 2 : 1;
  }
  return index;
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const children = Object.values(value);
  let members = Array.isArray(value) ? 0 : children.length;
  for (const child of children) members += countMembers(child);
  return members;
}

/**
 * Matches JSON text that may contain strings which no database stores: in valid UTF-8, only escapes can express them.
 */
const mayBeUnstorable = /\\u(?:0000|d[89a-f])/i;

/** Reports NUL characters and lone surrogates in the strings of a JSON value, at any depth. */
export function refuseUnstorable(text: string, value: unknown, errors: InputErrors): void {
  if (mayBeUnstorable.test(text)) findUnstorable(value, errors);
}

function findUnstorable(value: unknown, errors: InputErrors): void {
  if (typeof value === 'string') {
    if (value.includes('\0')) errors.add('characters', 'must not contain NUL characters');
    else if (!value.isWellFormed()) errors.add('characters', 'must not contain lone surrogates');
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    errors.enter(Array.isArray(value) ? Number(name) : name);
    findUnstorable(member, errors);
    errors.leave();
  }
}
