import { maxPageBytes } from '../../../kernel/page.js';

/** The JSON of some items in a row, and which they are. */
interface Cut {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Makes a JSON array of as many items as have no more than `maxBytes` bytes together, and of one at least.
 * @param fromEnd whether the last items are kept, and not the first
 */
export function limitBytes(items: readonly unknown[], fromEnd: boolean, maxBytes = maxPageBytes): Cut {
  const whole = JSON.stringify(items);
  if (Buffer.byteLength(whole) <= maxBytes) return { text: whole, from: 0, to: items.length };
  const texts: string[] = [];
  // The brackets, and then a comma or none before each text.
  let bytes = 2;
  for (const item of fromEnd ? [...items].reverse() : items) {
    const text = JSON.stringify(item);
    bytes += Buffer.byteLength(text) + 1;
    if (texts.length > 0 && bytes - 1 > maxBytes) break;
    texts.push(text);
  }
  const kept = texts.length;
  return {
    text: `[${(fromEnd ? texts.reverse() : texts).join()}]`,
    from: fromEnd ? items.length - kept : 0,
    to: fromEnd ? items.length : kept,
  };
}
