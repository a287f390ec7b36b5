import { Injectable } from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import type { Caller, Command } from '../../kernel/command.js';
import type { Page, PageRequest } from '../../kernel/page.js';
import { IdempotencyKeyRepository } from '../../platform/database/idempotency/idempotency-key.repository.js';
import { UnitOfWork } from '../../platform/database/unit-of-work.js';
import { EventRepository } from '../../platform/events/event.repository.js';
import type { ClientBlock } from '../client-block.entity.js';
import { changeOfClient } from '../client.entity.js';
import { ClientRepository } from '../client.repository.js';
import { ClientBlockRepository } from './client-block.repository.js';

const repositories = { clients: ClientRepository, blocks: ClientBlockRepository, events: EventRepository };
/** Deleting a block also erases the stored response with its reason. */
const deleteRepositories = { ...repositories, idempotencyKeys: IdempotencyKeyRepository };

@Injectable()
export class ClientBlocksService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** Returns all blocks of a client, expired ones included. */
  pageOfClient(clientId: number, request: PageRequest, caller: Caller): Promise<Page<ClientBlock>> {
    return this.unitOfWork.for(caller).read(repositories, async ({ clients, blocks }) => {
      await clients.get(clientId);
      return blocks.page(clientId, request);
    });
  }

  get(id: number, caller: Caller): Promise<ClientBlock> {
    return this.unitOfWork.for(caller).readSingle(repositories, ({ blocks }) => blocks.get(id));
  }

  create(
    clientId: number,
    fields: Pick<ClientBlock, 'reason' | 'until'>,
    command: Command<ClientBlock>,
  ): Promise<ClientBlock> {
    return this.unitOfWork.for(command).run(repositories, async ({ clients, blocks, events }) => {
      const client = await clients.getForUpdate(clientId, 'key share');
      const creationDatetime = this.clock.now();
      const block = await blocks.create({ clientId, ...fields, creationDatetime });
      const changes = { client_block_id: block.id, until: block.until };
      events.record(command, changeOfClient('client.blocked', creationDatetime, client, changes));
      return block;
    });
  }

  delete(id: number, command: Command<ClientBlock>): Promise<void> {
    const { precondition, signal } = command;
    return this.unitOfWork.for({ signal }).run(deleteRepositories, async ({ blocks, events, idempotencyKeys }) => {
      const block = await blocks.getForUpdate(id, 'update');
      precondition?.(block);
      await blocks.delete(id);
      await idempotencyKeys.eraseAnswers([`/client_blocks/${id}`]);
      const changes = { client_block_id: id, until: block.until };
      events.record(command, changeOfClient('client.block_removed', this.clock.now(), { id: block.clientId }, changes));
    });
  }
}
