import type { EntityManager } from 'typeorm';
import { CompiledInsert } from '../database/queries/compiled-insert.js';
import { Event } from './event.entity.js';

type EventColumns = Omit<Event, 'id'>;

const insertion = new CompiledInsert<Event, EventColumns>(Event, 'type');

export class EventRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Returns the latest recorded change of a resource. */
  async latestOf(resource: string, resourceId: number): Promise<Event | undefined> {
    const [latest] = await this.manager.find(Event, {
      where: { resource, resourceId },
      order: { id: 'DESC' },
      take: 1,
    });
    return latest;
  }

  /** Records changes, in the transaction of the changes. */
  async record(...events: readonly Omit<EventColumns, 'actor' | 'requestId'>[]): Promise<void> {
    await insertion.run(
      this.manager,
      events.map((event) => ({ ...event, actor: null, requestId: null })),
    );
  }
}
