import type { EntityManager } from 'typeorm';
import type { Caller } from '../../kernel/command.js';
import { CompiledInsert } from '../database/queries/compiled-insert.js';
import { deferInsert, writeDeferred } from '../database/deferred-inserts.js';
import { Event } from './event.entity.js';

type EventColumns = Omit<Event, 'id'>;

/** A change of a resource. */
export type Change = Omit<EventColumns, 'actor' | 'requestId'>;

const insertion = new CompiledInsert<Event, EventColumns>(Event, 'resourceId');

export class EventRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Returns the latest recorded change of a resource. */
  async latestOf(resource: string, resourceId: number): Promise<Event | undefined> {
    await writeDeferred(this.manager);
    const [latest] = await this.manager.find(Event, {
      where: { resource, resourceId },
      order: { id: 'DESC' },
      take: 1,
    });
    return latest;
  }

  /** Records changes in their transaction. Changes of no member, as by a repeated PUT, are not recorded. */
  record(caller: Caller, ...changes: readonly Change[]): void {
    const { principal, requestId } = caller;
    const origin = { actor: principal?.name ?? null, requestId: requestId ?? null };
    const made = changes.filter((change) => Object.keys(change.changes).length > 0);
    deferInsert(
      this.manager,
      insertion,
      made.map((change) => ({ ...change, ...origin })),
    );
  }
}
