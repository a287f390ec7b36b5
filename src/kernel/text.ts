/**
 * Keys for comparing text, stored beside the original, so that every database finds and sorts alike, independent of its
 * collation. docs/decisions/0035 defines which characters are equal. A change here needs a migration that recomputes the
 * stored keys.
 */

/** Equal for texts that differ only in case: "Straße" and "STRASSE". */
function caseless(text: string): string {
  // Lowercase first for ẞ, then uppercase for ß. Lowercase Σ has two forms, depending on its position.
  return text.normalize('NFC').toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}

/** The maximum length of a key: a text of 100 characters, each of which case mapping can expand to three. */
export const keyLength = 300;

/**
 * Returns the key for uniqueness and lookup. Ignores case, width ("ＤＶＤ"), the kind of hyphen, quotation mark or space,
 * and invisible characters. Accents are significant.
 */
export function identityKey(text: string): string {
  const key = caseless(withPlainSigns(text, 'NFKC'));
  // NFKC expands U+FDFA to 18 letters. Truncation would give different texts the same key.
  return key.length <= keyLength ? key : caseless(withPlainSigns(text, 'NFC'));
}

/**
 * The maximum length of a searchable text in UTF-16 code units: a row of a PostgreSQL index holds at most 2,704 bytes.
 */
export const searchableLength = 600;

/**
 * Returns the text for searching and sorting. Ignores what `identityKey` ignores, accents, and the difference between
 * special Latin letters and their usual transliteration: "Amélie", "AMELIE", "ａmelie"; "Þór" and "thor".
 */
export function searchable(text: string): string {
  const plain = caseless(withoutAccents(withPlainSigns(text, 'NFKD')));
  return cut(
    plain.replace(lettersWithoutMarks, (letter) => spelling.get(letter)!),
    searchableLength,
  );
}

/**
 * Returns the words of a search term, normalized like a searchable text: the longest first, without words that are part
 * of another. Empty if there is nothing to search for.
 */
export function searchWords(term: string): string[] {
  const text = searchable(term);
  const words = text.split(/[ ,;\u060c\u061b\u3001]+/).filter(Boolean);
  const longestFirst = (words.length > 0 ? words : [text].filter(Boolean)).sort((a, b) => b.length - a.length);
  return longestFirst.filter((word, index) => !longestFirst.slice(0, index).some((other) => other.includes(word)));
}

const cut = (text: string, length: number): string => text.slice(0, length).toWellFormed();

/** Normalizes a text, removes invisible characters, and unifies quotation marks, hyphens and whitespace. */
function withPlainSigns(text: string, form: 'NFC' | 'NFKC' | 'NFKD'): string {
  return (
    text
      // Normalization would turn the acute accent into a space and a combining accent.
      .replaceAll('\u00b4', "'")
      .normalize(form)
      .replace(/\p{Default_Ignorable_Code_Point}+/gu, '')
      .replace(/[\u0060\u02b9\u02bb-\u02bd\u05f3\u2018\u2019\u201b\u2032\u2035\ua78c]/g, "'")
      .replace(/[\u00ab\u00bb\u05f4\u201c-\u201f\u2033]/g, '"')
      .replace(/[\u058a\u05be\u2010-\u2015\u2043\u2212\u2e3a\u2e3b]/g, '-')
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim()
  );
}

/** Takes a decomposed text (NFD or NFKD). */
const withoutAccents = (text: string): string =>
  // U+0640 (tatweel) only stretches words.
  text
    .replace(/(^|\P{Mark})(\p{Mark}+)/gu, (_, base: string, marks: string) => unaccented(base, marks))
    .replace(/\u0640/g, '');

/**
 * Removes marks that are accents: on Latin, Greek and Cyrillic letters, unless they form a separate Cyrillic letter (й is
 * not и, but ё is often printed as е). In other scripts marks are vowels, tones or other letters, and stay (ぱ, दि),
 * except for the points of Hebrew and Arabic, which ordinary writing omits.
 */
function unaccented(base: string, marks: string): string {
  if (/[\p{Script=Cyrillic}]/u.test(base)) {
    const letter = (base + marks[0]!).normalize('NFC');
    return 'йїўѓќЙЇЎЃЌ'.includes(letter) ? letter : base;
  }
  if (/[\p{Script=Latin}\p{Script=Greek}]|\P{Letter}/u.test(base) || base === '') return base;
  return base + marks.replace(points, '');
}

/** Vowel points and cantillation marks, without hamza and madda (U+0653 to U+0655), which are parts of letters. */
const points =
  /[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]+/g;

/** Latin letters that Unicode does not decompose, and their usual transliterations. Lowercase, without ß, after case folding. */
const spelling = new Map(
  (
    'æ:ae œ:oe ø:o đ:d ð:d þ:th ħ:h ı:i ł:l ŧ:t ŋ:n ĸ:q ə:e ƀ:b ɓ:b ƈ:c ȼ:c ɖ:d ɗ:d ɇ:e ɛ:e ƒ:f ǥ:g ɠ:g ɨ:i ɉ:j ȷ:j ƙ:k ' +
    'ƚ:l ɫ:l ɲ:n ƞ:n ɔ:o ɵ:o ƥ:p ɍ:r ȿ:s ƭ:t ʈ:t ʉ:u ʋ:v ƴ:y ɏ:y ƶ:z ȥ:z ꝥ:th ⱥ:a ⱦ:t'
  )
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);
const lettersWithoutMarks = new RegExp(`[${[...spelling.keys()].join('')}]`, 'g');
