import { InvalidInput, NotFound, unknownReference } from '../kernel/domain-error.js';

/** A record that is to be merged into another, and why. */
export interface Merge {
  readonly duplicateId: number;
  readonly comment: string;
}

/**
 * Reads the duplicate that a request names in the member `member`.
 * @throws InvalidInput if it doesn't exist, or is the surviving record itself
 */
export async function findDuplicate<Thing extends { readonly id: number }>(
  { id }: Thing,
  duplicateId: number,
  member: string,
  title: string,
  get: (id: number) => Promise<Thing>,
): Promise<Thing> {
  if (id === duplicateId) {
    const detail = `${title} ${id} cannot be merged with itself.`;
    throw new InvalidInput([{ path: [member], code: 'same_record', detail }]);
  }
  return get(duplicateId).catch((error: unknown) => {
    throw error instanceof NotFound ? unknownReference([member], title, duplicateId) : error;
  });
}

/** Returns the given members that the surviving record lacks and the duplicate has. */
export function missingMembers<Thing extends object, Name extends keyof Thing>(
  survivor: Thing,
  duplicate: Thing,
  names: Readonly<Record<Name, string>>,
): Partial<Pick<Thing, Name>> {
  const taken: Partial<Pick<Thing, Name>> = {};
  for (const name of Object.keys(names) as Name[]) {
    if (survivor[name] === null && duplicate[name] !== null) taken[name] = duplicate[name];
  }
  return taken;
}

/** Returns the names on the wire of the members that were taken. Their values may be personal, and are not recorded. */
export const namesOf = <Name extends string>(
  taken: { readonly [Member in Name]?: unknown },
  names: Readonly<Record<Name, string>>,
): string[] => (Object.keys(taken) as Name[]).map((name) => names[name]);
