import type { EntityManager } from 'typeorm';
import { CompiledInsert } from '../database/queries/compiled-insert.js';
import { Event } from './event.entity.js';

type EventColumns = Omit<Event, 'id'>;

const insertion = new CompiledInsert<Event, EventColumns>(Event, 'type');

export class EventRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Records changes, in the transaction of the changes. */
  async record(...events: readonly Omit<EventColumns, 'actor' | 'requestId'>[]): Promise<void> {
    await insertion.run(
      this.manager,
      events.map((event) => ({ ...event, actor: null, requestId: null })),
    );
  }
}
