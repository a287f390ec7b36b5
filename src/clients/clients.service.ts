import { Injectable } from '@nestjs/common';
import { IdempotencyKeyRepository } from '../platform/database/idempotency/idempotency-key.repository.js';
import { UnitOfWork } from '../platform/database/unit-of-work.js';
import type { Caller, Command } from '../kernel/command.js';
import type { Page, PageRequest } from '../kernel/page.js';
import type { Client, ClientFields } from './client.entity.js';
import { ClientBlockRepository } from './blocks/client-block.repository.js';
import { type ClientFilter, ClientRepository } from './client.repository.js';

const repositories = { clients: ClientRepository };
/** Deleting a client also erases stored responses with its data. */
const deleteRepositories = {
  ...repositories,
  blocks: ClientBlockRepository,
  idempotencyKeys: IdempotencyKeyRepository,
};

@Injectable()
export class ClientsService {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  page(filter: ClientFilter, request: PageRequest, caller: Caller): Promise<Page<Client>> {
    return this.unitOfWork.for(caller).readPage(repositories, request, ({ clients }) => clients.page(filter, request));
  }

  get(id: number, caller: Caller): Promise<Client> {
    return this.unitOfWork.for(caller).readSingle(repositories, ({ clients }) => clients.get(id));
  }

  create(fields: ClientFields, command: Command<Client>): Promise<Client> {
    return this.unitOfWork.for(command).run(repositories, ({ clients }) => clients.create(fields));
  }

  /** Absent fields are kept. */
  update(id: number, fields: Partial<ClientFields>, command: Command<Client>): Promise<Client> {
    return this.unitOfWork.for(command).run(repositories, async ({ clients }) => {
      command.precondition?.(await clients.getForUpdate(id));
      return clients.update(id, fields);
    });
  }

  delete(id: number, { precondition, signal }: Command<Client>): Promise<void> {
    return this.unitOfWork.for({ signal }).run(deleteRepositories, async ({ clients, blocks, idempotencyKeys }) => {
      precondition?.(await clients.getForUpdate(id, 'update'));
      const blockIds = await blocks.deleteOf(id);
      await clients.delete(id);
      await idempotencyKeys.eraseAnswers(`/clients/${id}`);
      for (const blockId of blockIds) await idempotencyKeys.eraseAnswers(`/client_blocks/${blockId}`);
    });
  }
}
