/**
 * The allowed characters of text in requests and imports; see docs/decisions/0035.
 *
 * `line`: titles and names. No control or format characters, except where a word or an emoji needs them.
 * `prose`: descriptions and addresses. Also line breaks, tabs and all format characters.
 * `code`: barcodes. No invisible characters; those that scanners add at the ends are trimmed.
 */
type TextKind = 'line' | 'prose' | 'code';

export interface TextRule {
  /** In code points, as JSON Schema and PostgreSQL count. */
  readonly maxLength: number;
  readonly kind?: TextKind;
}

type TextFaultCode = 'too_long' | 'characters' | 'blank';

/** The reason for rejecting a text. `detail` continues a sentence that begins with the name of the member. */
export interface TextFault {
  readonly code: TextFaultCode;
  readonly detail: string;
}

/**
 * Returns a text as it is stored, trimmed and composed (NFC), or the reason for rejecting it. A text that cannot fit into
 * `maxLength` is rejected before composition, which takes quadratic time for consecutive combining marks.
 */
export function readText(given: string, { maxLength, kind = 'line' }: TextRule): string | TextFault {
  const trimmed = kind === 'code' ? given.replace(leadingNoise, '').replace(trailingNoise, '') : given.trim();
  const tooLong = { code: 'too_long', detail: `must have ${maxLength} characters at most` } as const;
  if (!canFit(trimmed, maxLength)) return tooLong;
  const stray = strayCharacters(trimmed, kind);
  if (stray) return { code: 'characters', detail: `must not contain ${stray}` };
  if (!visible.test(trimmed)) return { code: 'blank', detail: 'must not be blank' };
  const text = trimmed.normalize('NFC');
  return text.length > maxLength && [...text].length > maxLength ? tooLong : text;
}

/**
 * The maximum ratio of the lengths, in UTF-16 code units, of a text before and after composition (NFC): canonical
 * decomposition (NFD) expands a code unit to at most four.
 */
const maxDecomposition = 4;
/** The maximum number of combining marks that composition merges into the preceding character. */
const maxComposedMarks = 3;

/** Whether `text` can have `maxLength` code points at most once it is composed. Takes linear time. */
function canFit(text: string, maxLength: number): boolean {
  if (text.length <= maxLength) return true;
  if (text.length > maxLength * maxDecomposition) return false;
  let remainingMarks = 0;
  for (const [marks] of text.matchAll(/\p{Mark}{4,}/gu)) remainingMarks += [...marks].length - maxComposedMarks;
  return remainingMarks <= maxLength;
}

/** Whitespace, and what scanners send before and after a barcode. NUL is not trimmed, but rejected. */
const noise = '[\\s\\p{Cf}\\u0001-\\u001f\\u007f-\\u009f]';
const leadingNoise = new RegExp(`^${noise}+`, 'u');
const trailingNoise = new RegExp(`(?<!${noise})${noise}+$`, 'u');

/** U+2800 is the Braille pattern without a dot. */
const visible = /[^\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]/u;

function strayCharacters(text: string, kind: TextKind): string | undefined {
  if (text.includes('\0')) return 'NUL characters';
  if (!text.isWellFormed()) return 'lone surrogates';
  if (kind === 'prose')
    return /(?![\t\n\r])\p{Cc}|\p{Noncharacter_Code_Point}/u.test(text) ? 'control characters' : undefined;
  if (/[\p{Cc}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/u.test(text)) return 'control characters or line breaks';
  const hidden = kind === 'code' ? /[\p{Cf}\p{Default_Ignorable_Code_Point}]/u : /\p{Cf}/u;
  const rest = kind === 'code' ? text : text.replace(neededFormatCharacters, '');
  return hidden.test(rest) ? 'format characters (such as zero-width or directional ones)' : undefined;
}

/** Scripts in which a joiner (ZWJ, U+200D) or a non-joiner (ZWNJ, U+200C) after a letter changes how the word is written. */
const joinerScripts = ['Arab', 'Syrc', 'Nkoo', 'Mand', 'Mong', 'Deva', 'Beng', 'Guru', 'Gujr', 'Orya', 'Taml', 'Telu']
  .concat(['Knda', 'Mlym', 'Sinh', 'Khmr', 'Mymr', 'Tibt', 'Bali', 'Java', 'Newa', 'Tirh'])
  .map((script) => `\\p{Script_Extensions=${script}}`)
  .join('');

/**
 * Joiners in words, joiners between emoji, the tags of a flag (Scotland's), and signs of Arabic and Syriac that enclose
 * the number after them, which are seen.
 */
const neededFormatCharacters = new RegExp(
  [
    `(?<=[${joinerScripts}])[\\u200c\\u200d]`,
    '(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f])\\u200d(?=\\p{Extended_Pictographic})',
    '(?<=\\u{1f3f4})[\\u{e0030}-\\u{e0039}\\u{e0061}-\\u{e007a}]+\\u{e007f}',
    '[\\u0600-\\u0605\\u06dd\\u070f\\u0890\\u0891\\u08e2]',
  ].join('|'),
  'gu',
);
