/**
 * Text as people compare it, computed here and stored beside the original, so that every database finds and sorts alike
 * whatever its own collation. Which characters count as one is decided in docs/decisions/0035. Whoever changes it here
 * adds a migration that computes what is stored anew.
 */

/** Equal for texts that differ only in case: "Straße" and "STRASSE". */
function caseless(text: string): string {
  // Down first for ẞ, and up for ß; and a Σ is small in two ways, by where it stands.
  return text.normalize('NFC').toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}

/** Characters of a key at most: three for each of a text of 100, which is what changing case can make of one. */
export const keyLength = 300;

/**
 * The key by which things are unique and found: equal for texts that people read as the same. They may differ in case,
 * in width ("ＤＶＤ"), in the kind of hyphen, quotation mark or blank, and in characters that nobody sees. Accents count.
 */
export function identityKey(text: string): string {
  const key = caseless(withPlainSigns(text, 'NFKC'));
  // Compatibility makes eighteen letters of U+FDFA. Cut, different texts would have one key.
  return key.length <= keyLength ? key : caseless(withPlainSigns(text, 'NFC'));
}

/**
 * UTF-16 code units of a searchable text at most: PostgreSQL's indexes hold no more than 2,704 bytes a row.
 */
export const searchableLength = 600;

/**
 * Equal for texts that differ only as those with one `identityKey` do, or in accents, or in Latin letters that many
 * keyboards lack: "Amélie", "AMELIE", "ａmelie"; "Þór" and "thor".
 */
export function searchable(text: string): string {
  const plain = caseless(withoutAccents(withPlainSigns(text, 'NFKD')));
  return cut(
    plain.replace(lettersWithoutMarks, (letter) => spelling.get(letter)!),
    searchableLength,
  );
}

/**
 * The words of a question, as they occur in a searchable text: the longest first, and none that is a part of another.
 * Empty if there is nothing to search for.
 */
export function searchWords(question: string): string[] {
  const text = searchable(question);
  const words = text.split(/[ ,;\u060c\u061b\u3001]+/).filter(Boolean);
  const longestFirst = (words.length > 0 ? words : [text].filter(Boolean)).sort((a, b) => b.length - a.length);
  return longestFirst.filter((word, index) => !longestFirst.slice(0, index).some((other) => other.includes(word)));
}

const cut = (text: string, length: number): string => text.slice(0, length).toWellFormed();

/** Normalizes a text, takes out what isn't seen, and makes one of the signs that keyboards and word processors vary. */
function withPlainSigns(text: string, form: 'NFC' | 'NFKC' | 'NFKD'): string {
  return (
    text
      // Normalization would make it a blank with an accent.
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
  // The letter that U+0640 is only makes words wider.
  text
    .replace(/(^|\P{Mark})(\p{Mark}+)/gu, (_, base: string, marks: string) => unaccented(base, marks))
    .replace(/\u0640/g, '');

/**
 * Marks are accents on Latin, Greek and Cyrillic letters, except where they make a letter of its own of a Cyrillic one
 * (й is no и; ё is often printed as е). Elsewhere marks are vowels, tones or other letters, and stay (ぱ, दि), except for
 * the points of Hebrew and Arabic, which ordinary writing leaves out.
 */
function unaccented(base: string, marks: string): string {
  if (/[\p{Script=Cyrillic}]/u.test(base)) {
    const letter = (base + marks[0]!).normalize('NFC');
    return 'йїўѓќЙЇЎЃЌ'.includes(letter) ? letter : base;
  }
  if (/[\p{Script=Latin}\p{Script=Greek}]|\P{Letter}/u.test(base) || base === '') return base;
  return base + marks.replace(points, '');
}

/** Vowel points and cantillation. Not hamza and madda (U+0653 to U+0655), which are parts of letters. */
const points =
  /[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]+/g;

/** Latin letters that Unicode doesn't decompose, and what people without them type. Only small ones, and no ß, are left then. */
const spelling = new Map(
  (
    'æ:ae œ:oe ø:o đ:d ð:d þ:th ħ:h ı:i ł:l ŧ:t ŋ:n ĸ:q ə:e ƀ:b ɓ:b ƈ:c ȼ:c ɖ:d ɗ:d ɇ:e ɛ:e ƒ:f ǥ:g ɠ:g ɨ:i ɉ:j ȷ:j ƙ:k ' +
    'ƚ:l ɫ:l ɲ:n ƞ:n ɔ:o ɵ:o ƥ:p ɍ:r ȿ:s ƭ:t ʈ:t ʉ:u ʋ:v ƴ:y ɏ:y ƶ:z ȥ:z ꝥ:th ⱥ:a ⱦ:t'
  )
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);
const lettersWithoutMarks = new RegExp(`[${[...spelling.keys()].join('')}]`, 'g');
