import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { Once } from '../kernel/once.js';
import type { Page, PageRequest } from '../kernel/page.js';
import type { Precondition } from '../kernel/precondition.js';
import type { Client, ClientFields } from './client.entity.js';
import { type ClientFilter, ClientRepository } from './client.repository.js';

const participants = { clients: ClientRepository };

@Injectable()
export class ClientsService {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  async page(filter: ClientFilter, request: PageRequest): Promise<Page<Client>> {
    const page = await this.unitOfWork.readPage(participants, request, ({ clients }) =>
      clients.pageAtOnce(filter, request),
    );
    return page ?? this.unitOfWork.read(participants, ({ clients }) => clients.page(filter, request));
  }

  get(id: number): Promise<Client> {
    return this.unitOfWork.readAtOnce(participants, ({ clients }) => clients.get(id));
  }

  add(fields: ClientFields, once?: Once<Client>): Promise<Client> {
    return this.unitOfWork.runOnce(once, participants, ({ clients }) => clients.add(fields));
  }

  /** Members left out are kept. */
  change(id: number, fields: Partial<ClientFields>, precondition?: Precondition<Client>): Promise<Client> {
    return this.unitOfWork.run(participants, async ({ clients }) => {
      precondition?.(await clients.getLocked(id));
      return clients.change(id, fields);
    });
  }

  drop(id: number, precondition?: Precondition<Client>): Promise<void> {
    return this.unitOfWork.run(participants, async ({ clients }) => {
      precondition?.(await clients.getLocked(id, 'remove'));
      await clients.drop(id);
    });
  }
}
