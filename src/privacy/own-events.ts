import type { Event } from '../platform/events/event.entity.js';

/** A change of the client of a rental. */
interface Handover {
  readonly from: number;
  readonly to: number;
}

/**
 * Returns the events of a rental and its lines from the time when the rental belonged to a client. Corrections may have
 * moved it from or to another client, whose events are omitted, and whose id is null.
 * @param events all events of the rental, in the order of their commits
 * @param clientIds the client, and the duplicates that were merged into it
 */
export function ownEvents(events: readonly Event[], clientIds: readonly number[]): Event[] {
  const isOwn = (id: number): boolean => clientIds.includes(id);
  const own: Event[] = [];
  let wasOwn = isOwnAtFirst(events, clientIds);
  for (const event of events) {
    const handover = handoverOf(event);
    const isOwnNow = handover ? isOwn(handover.to) : wasOwn;
    if (wasOwn || isOwnNow) own.push(handover ? withoutOthers(event, handover, isOwn) : event);
    wasOwn = isOwnNow;
  }
  return own;
}

/** Whether a rental belonged to a client when it was opened or imported. */
export function isOwnAtFirst(events: readonly Event[], clientIds: readonly number[]): boolean {
  const first = events.map(handoverOf).find(Boolean);
  return first === undefined || clientIds.includes(first.from);
}

function handoverOf({ type, changes }: Event): Handover | undefined {
  return type === 'rental.corrected' ? (changes['client_id'] as Handover | undefined) : undefined;
}

function withoutOthers(event: Event, { from, to }: Handover, isOwn: (id: number) => boolean): Event {
  const client_id = { from: isOwn(from) ? from : null, to: isOwn(to) ? to : null };
  return { ...event, changes: { ...event.changes, client_id } };
}
