const derivedMetadata = 'movie-rental:derived';

/** Marks a member of a document that no edit of the resource sets: it follows from other resources, or was asked for. */
export function markDerived(prototype: object, member: string): void {
  Reflect.defineMetadata(derivedMetadata, new Set([...readMetadata(prototype), member]), prototype);
}

const byClass = new WeakMap<object, ReadonlySet<string>>();

export function derivedMembersOf({ constructor }: object): ReadonlySet<string> {
  let members = byClass.get(constructor);
  if (!members) byClass.set(constructor, (members = readMetadata(constructor.prototype as object)));
  return members;
}

/** Returns the JSON of what edits of a resource can change: its document without derived members, at any depth. */
export function editableText(document: object): string {
  return JSON.stringify(document, function (this: object, name, value: unknown) {
    return derivedMembersOf(this).has(name) ? undefined : value;
  });
}

function readMetadata(prototype: object): ReadonlySet<string> {
  return (Reflect.getMetadata(derivedMetadata, prototype) as ReadonlySet<string> | undefined) ?? new Set();
}
