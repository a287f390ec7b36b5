import { hash } from 'node:crypto';
import type { Place } from '../kernel/page.js';
import { invalidInput } from './http-problem.js';

export type CursorPlace = Place & { readonly direction: 'after' | 'before' };

/**
 * A cursor is a place in one list, under one set of filters and one order. It says nothing secret and grants nothing;
 * the digest is there so that one that was altered, or taken to another list, is refused and doesn't lead astray.
 */
export function encodeCursor({ direction, value, id }: CursorPlace, list: object): string {
  const place = JSON.stringify([direction, value, id]);
  return Buffer.from(`${digest(place, list)}${place}`).toString('base64url');
}

export function decodeCursor(cursor: string, list: object): CursorPlace {
  const text = Buffer.from(cursor, 'base64url').toString();
  const place = text.slice(digestLength);
  if (text.slice(0, digestLength) !== digest(place, list) || encodeBack(text) !== cursor) {
    throw invalidInput([
      { parameter: 'cursor', detail: 'This cursor was not made for this list. Take it from a Link header as it is.' },
    ]);
  }
  const [direction, value, id] = JSON.parse(place) as [CursorPlace['direction'], Place['value'], number];
  return { direction, value, id };
}

const digestLength = 16;

function digest(place: string, list: object): string {
  return hash('sha256', JSON.stringify([list, place]), 'base64url').slice(0, digestLength);
}

/** base64url forgives stray characters; a cursor that isn't spelt as we spell it was altered. */
function encodeBack(text: string): string {
  return Buffer.from(text).toString('base64url');
}
