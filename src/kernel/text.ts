/**
 * Text as people compare it, computed here and stored beside the original,
 * so that every database finds and sorts alike whatever its own collation.
 */

/** Equal for texts that differ only in case: "Straße" and "STRASSE". */
export function caseless(text: string): string {
  return text.normalize('NFC').toUpperCase().toLowerCase();
}

/** Equal for texts that differ only in case, accents or compatibility forms: "Amélie", "AMELIE", "ａmelie". */
export function searchable(text: string): string {
  return caseless(text.normalize('NFKD').replace(/\p{Mark}+/gu, ''));
}
