import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../platform/database/unit-of-work.js';
import { Clock } from '../kernel/clock.js';
import { assertOwn, type Caller, type Command } from '../kernel/command.js';
import type { Page, PageRequest } from '../kernel/page.js';
import { EventRepository } from '../platform/events/event.repository.js';
import { changeOfClient, type Client, type ClientFields, clientMembers } from './client.entity.js';
import { type ClientFilter, ClientRepository } from './client.repository.js';

const repositories = { clients: ClientRepository, events: EventRepository };
const readRepositories = { clients: ClientRepository };

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
}
