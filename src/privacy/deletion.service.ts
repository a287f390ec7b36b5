import { Injectable } from '@nestjs/common';
import { ClientBlockRepository } from '../clients/blocks/client-block.repository.js';
import { changeOfClient, type Client, clientMembers } from '../clients/client.entity.js';
import { ClientRepository } from '../clients/client.repository.js';
import { Clock } from '../kernel/clock.js';
import type { Command } from '../kernel/command.js';
import { ApiKeyRepository } from '../platform/auth/api-keys/api-key.repository.js';
import { IdempotencyKeyRepository } from '../platform/database/idempotency/idempotency-key.repository.js';
import { UnitOfWork } from '../platform/database/unit-of-work.js';
import { EventRepository } from '../platform/events/event.repository.js';
import { eraseComments } from './erase-comments.js';
import { PersonRepository } from './person.repository.js';

const repositories = {
  clients: ClientRepository,
  blocks: ClientBlockRepository,
  idempotencyKeys: IdempotencyKeyRepository,
  apiKeys: ApiKeyRepository,
  events: EventRepository,
  persons: PersonRepository,
};

@Injectable()
export class DeletionService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** Deletes a client without rentals with everything that is stored about the person, and revokes its API keys. */
  delete(id: number, command: Command<Client>): Promise<void> {
    const { precondition, signal } = command;
    return this.unitOfWork.for({ signal }).run(repositories, async ({ clients, persons, events, ...others }) => {
      const { blocks, idempotencyKeys, apiKeys } = others;
      const client = await clients.getForUpdate(id, 'update');
      precondition?.(client);
      const blockIds = await blocks.deleteOf(id);
      await clients.delete(client);
      await idempotencyKeys.eraseAnswers([`/clients/${id}`, ...blockIds.map((blockId) => `/client_blocks/${blockId}`)]);
      await events.writeRecorded();
      const erasedEvents = await eraseComments(await persons.resourcesOf(id), events);
      const now = this.clock.now();
      const revocations = await apiKeys.revokeOf([id], now);
      const erased = erasedEvents > 0 && { erased: { events: erasedEvents } };
      const changes = { ...clientMembers.of(client), client_block_ids: blockIds, ...erased };
      events.record(command, changeOfClient('client.deleted', now, client, changes), ...revocations);
    });
  }
}
