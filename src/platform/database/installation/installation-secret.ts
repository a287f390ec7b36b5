import type { EntityManager } from 'typeorm';
import { UnusableDatabase } from '../engine/unusable-database.js';
import { Installation } from './installation.entity.js';

/**
 * Returns the secret shared by all service instances on this database.
 * @throws UnusableDatabase
 */
export async function installationSecret(manager: EntityManager): Promise<string> {
  const installation = await manager.findOneBy(Installation, { id: 1 });
  if (installation) return installation.secret;
  throw new UnusableDatabase(
    'The table installation has no row, whose secret encrypts the cursors of lists. Restore it from a backup, or let ' +
      `npx typeorm migration:revert and a start of the service make another.`,
  );
}
