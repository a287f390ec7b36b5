const expansionsMetadata = 'movie-rental:expansions';

/** Says of a member of a document that it is there only where it was asked for. */
export function markExpansion(document: object, member: string): void {
  Reflect.defineMetadata(expansionsMetadata, [...expansionsOf(document), member], document);
}

/** A document without what it was expanded by: the same one where it wasn't. */
export function unexpanded(document: object): object {
  const names = expansionsOf(document).filter((name) => Object.hasOwn(document, name));
  if (names.length === 0) return document;
  return Object.fromEntries(Object.entries(document).filter(([name]) => !names.includes(name)));
}

function expansionsOf(document: object): readonly string[] {
  return (Reflect.getMetadata(expansionsMetadata, document) as string[] | undefined) ?? [];
}
