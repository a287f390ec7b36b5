/** One name means the same in all documents, also in those that were kept as plain JSON to be sent again. */
const derivedMembers = new Set<string>();

/** Marks a member of documents that no edit of the resource sets: it follows from other resources, or was asked for. */
export function markDerived(name: string): void {
  derivedMembers.add(name);
}

export const isDerived = (name: string): boolean => derivedMembers.has(name);

/** Returns the JSON of what edits of a resource can change: its document without derived members, at any depth. */
export function editableText(document: object): string {
  return JSON.stringify(document, (name, value: unknown) => (derivedMembers.has(name) ? undefined : value));
}
