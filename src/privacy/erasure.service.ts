import { Injectable } from '@nestjs/common';
import { ClientBlockRepository } from '../clients/blocks/client-block.repository.js';
import { changeOfClient, type Client, clientMembers } from '../clients/client.entity.js';
import { ClientRepository } from '../clients/client.repository.js';
import { ImportedRowRepository } from '../imports/imported-row.repository.js';
import { Clock } from '../kernel/clock.js';
import type { Command } from '../kernel/command.js';
import { ApiKeyRepository } from '../platform/auth/api-keys/api-key.repository.js';
import { IdempotencyKeyRepository } from '../platform/database/idempotency/idempotency-key.repository.js';
import { UnitOfWork } from '../platform/database/unit-of-work.js';
import { EventRepository } from '../platform/events/event.repository.js';
import { MovieRentRepository } from '../rentals/movie-rent.repository.js';
import { resourcesOfClient } from '../rentals/resources-of-client.js';
import { eraseComments } from './erase-comments.js';
import { PersonRepository } from './person.repository.js';
import { ClientHasOpenRents } from './privacy.errors.js';

const repositories = {
  clients: ClientRepository,
  rents: MovieRentRepository,
  blocks: ClientBlockRepository,
  importedRows: ImportedRowRepository,
  idempotencyKeys: IdempotencyKeyRepository,
  apiKeys: ApiKeyRepository,
  events: EventRepository,
  persons: PersonRepository,
};

@Injectable()
export class ErasureService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** Replaces all personal data of a client, and revokes its API keys. Idempotent: an erased client is not changed. */
  erase(id: number, command: Command<Client>): Promise<Client> {
    return this.unitOfWork.for(command).run(repositories, async ({ clients, rents, persons, events, ...others }) => {
      const { blocks, importedRows, idempotencyKeys, apiKeys } = others;
      // Before the client, as every change of a rental; none adds a comment from now on.
      const locked = await rents.lockOfClient(id);
      const former = await clients.getForUpdate(id, 'update');
      command.precondition?.(former);
      await rents.assertAllLocked(id, locked);
      const openCopies = await persons.countOpenCopies(id);
      if (openCopies > 0) throw new ClientHasOpenRents(openCopies);

      await events.writeRecorded();
      const resources = await persons.resourcesOf(id);
      const client = await clients.erase(former);
      const erased = {
        client_blocks: await blocks.eraseReasonsOf(id),
        imported_rows:
          (await importedRows.eraseSourceIds('client', resources.clients)) +
          (await importedRows.eraseSourceIds('movie_rent', resources.rents)),
        events: await eraseComments(resources, events),
      };
      await idempotencyKeys.eraseAnswersOf(resourcesOfClient, [id]);
      const now = this.clock.now();
      const revocations = await apiKeys.revokeOf(resources.clients, now);
      const isChanged = Object.values(erased).some((count) => count > 0);
      const changes = { ...clientMembers.between(former, client), ...(isChanged && { erased }) };
      events.record(command, changeOfClient('client.erased', now, client, changes), ...revocations);
      return client;
    });
  }
}
