/** A LIKE pattern that finds `text` anywhere, taken literally. To be used with ESCAPE '\'. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
