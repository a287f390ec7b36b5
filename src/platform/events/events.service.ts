import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Caller } from '../../kernel/command.js';
import type { Page, PageRequest } from '../../kernel/page.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { Event } from './event.entity.js';
import { type EventFilter, EventRepository } from './event.repository.js';

const repositories = { events: EventRepository };

@Injectable()
export class EventsService implements OnModuleInit {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** A restored or copied database is noticed at the first start. */
  async onModuleInit(): Promise<void> {
    const isBroken = await this.unitOfWork.read(repositories, ({ events }) => events.isOrderBroken());
    if (isBroken) await this.unitOfWork.run(repositories, ({ events }) => events.continueOrder());
  }

  page(filter: EventFilter, request: PageRequest, caller: Caller): Promise<Page<Event>> {
    return this.unitOfWork.for(caller).readPage(repositories, request, ({ events }) => events.page(filter, request));
  }
}
