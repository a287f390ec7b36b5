import { maxPageBytes } from '../../../kernel/page.js';

/** The JSON of consecutive items, and their range. */
interface Cut {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Serializes as many items as fit into `maxBytes`, but at least one, to a JSON array.
 * @param fromEnd whether to keep the last items instead of the first
 */
export function limitBytes(items: readonly unknown[], fromEnd: boolean, maxBytes = maxPageBytes): Cut {
  const whole = JSON.stringify(items);
  if (Buffer.byteLength(whole) <= maxBytes) return { text: whole, from: 0, to: items.length };
  const texts: string[] = [];
  // The brackets; each text adds itself and a comma, except the first.
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
