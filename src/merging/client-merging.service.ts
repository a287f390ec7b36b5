import { Injectable } from '@nestjs/common';
import { ClientBlockRepository } from '../clients/blocks/client-block.repository.js';
import { changeOfClient, type Client, type ClientFields } from '../clients/client.entity.js';
import { ClientRepository } from '../clients/client.repository.js';
import { ImportedRowRepository } from '../imports/imported-row.repository.js';
import { Clock } from '../kernel/clock.js';
import type { Command } from '../kernel/command.js';
import { ApiKeyRepository } from '../platform/auth/api-keys/api-key.repository.js';
import { IdempotencyKeyRepository } from '../platform/database/idempotency/idempotency-key.repository.js';
import { UnitOfWork } from '../platform/database/unit-of-work.js';
import { EventRepository } from '../platform/events/event.repository.js';
import { MovieRentRepository } from '../rentals/movie-rent.repository.js';
import { findDuplicate, type Merge, missingMembers, namesOf } from './merge.js';
import { resourcesOfClient } from '../rentals/resources-of-client.js';

const repositories = {
  rents: MovieRentRepository,
  clients: ClientRepository,
  blocks: ClientBlockRepository,
  importedRows: ImportedRowRepository,
  idempotencyKeys: IdempotencyKeyRepository,
  apiKeys: ApiKeyRepository,
  events: EventRepository,
};

/**
 * The members that a client takes from a duplicate, by their names on the wire. Not the first name: null is a single
 * name.
 */
const takenMembers = {
  address: 'address',
  licenseNumber: 'license_number',
  email: 'email',
  phone: 'phone',
  maxOpenCopies: 'max_open_copies',
} as const satisfies Partial<Record<keyof ClientFields, string>>;

@Injectable()
export class ClientMergingService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** Moves all references to a duplicate to the surviving client, revokes its API keys, and deletes the duplicate. */
  merge(id: number, { duplicateId, comment }: Merge, command: Command<Client>): Promise<Client> {
    return this.unitOfWork.for(command).run(repositories, async ({ rents, clients, ...others }) => {
      const { blocks, importedRows, idempotencyKeys, apiKeys, events } = others;
      const locked = await rents.lockOfClient(duplicateId);
      await clients.lockAll([id, duplicateId], 'update');
      const client = await clients.get(id);
      command.precondition?.(client);
      const duplicate = await findDuplicate(client, duplicateId, 'clientId', 'Client', (other) => clients.get(other));

      await rents.assertAllLocked(duplicateId, locked);
      await idempotencyKeys.eraseAnswersOf(resourcesOfClient, [duplicateId]);
      const moved = {
        movie_rents: await rents.moveToClient(duplicateId, id),
        client_blocks: await blocks.moveToClient(duplicateId, id),
        imported_rows: await importedRows.redirect('client', duplicateId, id),
      };
      const now = this.clock.now();
      const revocations = await apiKeys.revokeOf([duplicateId], now);
      // First, because license numbers are unique.
      await clients.delete(duplicate);
      const taken = missingMembers(client, duplicate, takenMembers);
      const merged = await clients.update(client, taken);
      const changes = { client_id: duplicateId, comment, moved, taken_members: namesOf(taken, takenMembers) };
      events.record(command, changeOfClient('client.merged', now, client, changes), ...revocations);
      return merged;
    });
  }
}
