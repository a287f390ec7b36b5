/** movieCopyIds → movie_copy_ids: the wire format of member names. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Returns a JSON pointer (RFC 6901) as a URI fragment: #/details/0/movie_copy_id. */
export function jsonPointer(path: readonly (string | number)[]): string {
  return `#${path.map((step) => `/${String(step).replace(/~/g, '~0').replace(/\//g, '~1')}`).join('')}`;
}
