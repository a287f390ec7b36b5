import type { Event } from './event.entity.js';
import type { Changes } from './recorded-members.js';

/** A change of a resource, to be recorded as an event. */
export type Change = Omit<Event, 'id' | 'transactionId' | 'actor' | 'requestId'>;

/**
 * Returns the function that describes changes of one kind of resource.
 * @param resource the first segment of its path: "movie_rents"
 */
export const changesOf =
  (resource: string) =>
  (type: string, creationDatetime: Date, { id }: { readonly id: number }, changes: Changes): Change => ({
    type,
    resource,
    resourceId: id,
    creationDatetime,
    changes,
  });
