import { Injectable } from '@nestjs/common';
import { ApiKeyRepository } from '../platform/auth/api-keys/api-key.repository.js';
import { IdempotencyKeyRepository } from '../platform/database/idempotency/idempotency-key.repository.js';
import { UnitOfWork } from '../platform/database/unit-of-work.js';
import { Clock } from '../kernel/clock.js';
import { assertOwn, type Caller, type Command } from '../kernel/command.js';
import type { Page, PageRequest } from '../kernel/page.js';
import { EventRepository } from '../platform/events/event.repository.js';
import { changeOfClient, type Client, type ClientFields, clientMembers } from './client.entity.js';
import { ClientBlockRepository } from './blocks/client-block.repository.js';
import { type ClientFilter, ClientRepository } from './client.repository.js';

const repositories = { clients: ClientRepository, events: EventRepository };
const readRepositories = { clients: ClientRepository };
/** Deleting a client also erases stored responses with its data, and revokes its API keys. */
const deleteRepositories = {
  ...repositories,
  blocks: ClientBlockRepository,
  idempotencyKeys: IdempotencyKeyRepository,
  apiKeys: ApiKeyRepository,
};

@Injectable()
export class ClientsService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  page(filter: ClientFilter, request: PageRequest, caller: Caller): Promise<Page<Client>> {
    return this.unitOfWork
      .for(caller)
      .readPage(readRepositories, request, ({ clients }) => clients.page(filter, request));
  }

  async get(id: number, caller: Caller): Promise<Client> {
    assertOwn(caller, id, 'Client');
    return this.unitOfWork.for(caller).readSingle(readRepositories, ({ clients }) => clients.get(id));
  }

  create(fields: ClientFields, command: Command<Client>): Promise<Client> {
    return this.unitOfWork.for(command).run(repositories, async ({ clients, events }) => {
      const client = await clients.create(fields);
      events.record(command, changeOfClient('client.created', this.clock.now(), client, clientMembers.of(client)));
      return client;
    });
  }

  /** Absent fields are kept. */
  update(id: number, fields: Partial<ClientFields>, command: Command<Client>): Promise<Client> {
    return this.unitOfWork.for(command).run(repositories, async ({ clients, events }) => {
      const former = await clients.getForUpdate(id);
      command.precondition?.(former);
      const client = await clients.update(former, fields);
      events.record(
        command,
        changeOfClient('client.updated', this.clock.now(), client, clientMembers.between(former, client)),
      );
      return client;
    });
  }

  delete(id: number, command: Command<Client>): Promise<void> {
    const { precondition, signal } = command;
    return this.unitOfWork.for({ signal }).run(deleteRepositories, async ({ clients, events, ...others }) => {
      const { blocks, idempotencyKeys, apiKeys } = others;
      const client = await clients.getForUpdate(id, 'update');
      precondition?.(client);
      const blockIds = await blocks.deleteOf(id);
      await clients.delete(client);
      await idempotencyKeys.eraseAnswers([`/clients/${id}`, ...blockIds.map((blockId) => `/client_blocks/${blockId}`)]);
      const changes = { ...clientMembers.of(client), client_block_ids: blockIds };
      const now = this.clock.now();
      const revocations = await apiKeys.revokeOf([id], now);
      const deletion = changeOfClient('client.deleted', now, client, changes);
      events.record(command, deletion, ...revocations);
    });
  }
}
