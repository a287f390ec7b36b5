/**
 * Text as people compare it, computed here and stored beside the original,
 * so that every database finds and sorts alike whatever its own collation.
 */

/** Equal for texts that differ only in case: "Straße" and "STRASSE". */
export function caseless(text: string): string {
  // Down first for ẞ, and up for ß; and a Σ is small in two ways, by where it stands.
  return text.normalize('NFC').toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}

/**
 * UTF-16 code units of a searchable text at most. No title of 255 comes near, but one of U+FDFA would grow eighteenfold,
 * and PostgreSQL's indexes hold no more than 2,704 bytes a row.
 */
export const searchableLength = 600;

/** Equal for texts that differ only in case, accents or compatibility forms: "Amélie", "AMELIE", "ａmelie". */
export function searchable(text: string): string {
  const plain = caseless(text.normalize('NFKD').replace(/\p{Mark}+/gu, ''));
  return plain.slice(0, searchableLength).toWellFormed();
}
