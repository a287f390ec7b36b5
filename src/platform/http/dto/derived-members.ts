/**
 * By name, for all documents: stored responses are replayed as plain JSON without a class. A name that is derived in one
 * document is editable in none.
 */
const derivedMembers = new Set<string>();

/** Marks a member that no edit of the resource can set: it is derived from other resources, or an expansion. */
export function markDerived(name: string): void {
  derivedMembers.add(name);
}

export const isDerived = (name: string): boolean => derivedMembers.has(name);

/** Returns the JSON of a document without derived members, at any depth: what edits can change. */
export function editableText(document: object): string {
  return JSON.stringify(document, (name, value: unknown) => (derivedMembers.has(name) ? undefined : value));
}
