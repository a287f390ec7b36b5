import type { EntityInvariant, Row } from './invariant.js';

/** Returns the invariant that stored search and sort keys match the text that they are computed from. */
export function derivedText<Entity extends Row>(
  entity: new () => Entity,
  columnsOf: (row: Entity) => Partial<Entity>,
  members: readonly (keyof Entity & string)[],
): EntityInvariant {
  return {
    of: entity,
    remedy: 'Read it and send it back as it is (PUT): that recomputes it.',
    violations: async (rows) => {
      const metadata = rows.connection.getMetadata(entity);
      const found = (await rows.select('row').getMany()) as unknown as Entity[];
      return found.flatMap((row) => {
        const computed = columnsOf(row);
        const wrong = members.filter((member) => row[member] !== computed[member]);
        const names = wrong.map((member) => metadata.findColumnWithPropertyName(member)!.databaseName);
        return names.map((name) => ({ id: row.id, what: `its ${name} doesn't match its text` }));
      });
    },
  };
}
