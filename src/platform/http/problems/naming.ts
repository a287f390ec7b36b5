/** CopyAlreadyRented → copy-already-rented: the name a problem's type and page go by. */
export function kebabCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

/** movieCopyIds → movie_copy_ids: how members are spelt on the wire. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** An RFC 6901 pointer in its URI fragment form: #/details/0/movie_copy_id. */
export function jsonPointer(path: readonly (string | number)[]): string {
  return `#${path.map((step) => `/${String(step).replace(/~/g, '~0').replace(/\//g, '~1')}`).join('')}`;
}
