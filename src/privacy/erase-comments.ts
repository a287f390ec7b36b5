import type { EventRepository } from '../platform/events/event.repository.js';
import type { ResourcesOfPerson } from './person.repository.js';

/** Erases comments and notes in the events of a person. @returns the number of changed events */
export async function eraseComments(
  { clients, rents, lines }: ResourcesOfPerson,
  events: EventRepository,
): Promise<number> {
  return (
    (await events.removeComments('clients', clients)) +
    (await events.removeComments('movie_rents', rents)) +
    (await events.removeComments('movie_rent_details', lines))
  );
}
