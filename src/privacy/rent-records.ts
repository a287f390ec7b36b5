import type { ImportedRow } from '../imports/imported-row.entity.js';
import type { ImportedRowRepository } from '../imports/imported-row.repository.js';
import { groupBy } from '../kernel/lists.js';
import { pagesOf } from '../kernel/page.js';
import type { Event } from '../platform/events/event.entity.js';
import type { EventRepository } from '../platform/events/event.repository.js';
import type { MovieRent } from '../rentals/movie-rent.entity.js';
import type { MovieRentRepository } from '../rentals/movie-rent.repository.js';
import type { Renewal } from '../rentals/renewals/renewal.entity.js';
import type { RenewalRepository } from '../rentals/renewals/renewal.repository.js';
import { isOwnAtFirst, ownEvents } from './own-events.js';
import type { PersonRepository } from './person.repository.js';

/** The remaining records of a rental that was deleted, or moved to another client. */
export interface FormerRentRecord {
  readonly id: number;
  readonly importedRows: readonly ImportedRow[];
  /** Events of the rental and its lines, while it was the client's. */
  readonly events: readonly Event[];
}

/** A rental, and everything that is stored about it. */
export interface RentRecord extends FormerRentRecord {
  readonly rent: MovieRent;
  readonly renewals: readonly Renewal[];
}

interface Repositories {
  readonly rents: MovieRentRepository;
  readonly renewals: RenewalRepository;
  readonly importedRows: ImportedRowRepository;
  readonly events: EventRepository;
  readonly persons: PersonRepository;
}

/** Maximum number of former rentals that are read at a time. */
const maxFormerRents = 200;

/**
 * Reads the rentals of a client.
 * @param clientIds the client, and the duplicates that were merged into it
 */
export async function* rentRecords(
  clientIds: readonly number[],
  repositories: Repositories,
): AsyncGenerator<RentRecord[]> {
  const [clientId] = clientIds;
  for await (const rents of pagesOf((request) => repositories.rents.page({ clientId: clientId! }, request))) {
    const records = await recordsOf(
      rents.map(({ id }) => id),
      clientIds,
      repositories,
    );
    yield rents.map((rent, index) => ({ ...records[index]!, rent }));
  }
}

/** Reads the former rentals of a client. @param clientIds as above */
export async function* formerRentRecords(
  clientIds: readonly number[],
  repositories: Repositories,
): AsyncGenerator<FormerRentRecord[]> {
  const ids = await repositories.persons.formerRentsOf(clientIds);
  for (let start = 0; start < ids.length; start += maxFormerRents) {
    yield await recordsOf(ids.slice(start, start + maxFormerRents), clientIds, repositories);
  }
}

async function recordsOf(
  ids: readonly number[],
  clientIds: readonly number[],
  { renewals, importedRows, events, persons }: Repositories,
): Promise<Omit<RentRecord, 'rent'>[]> {
  const rentOfLine = await persons.rentsByLine(ids);
  const lineIds = [...rentOfLine.keys()];
  const imported = groupBy(await importedRows.of('movie_rent', ids), ({ rowId }) => rowId);
  const renewed = groupBy(await renewals.ofLines(lineIds), (renewal) => rentOfLine.get(renewal.movieRentDetailId)!);
  const ofRents = await events.ofResources('movie_rents', ids);
  const ofLines = await events.ofResources('movie_rent_details', lineIds);
  const recorded = groupBy([...ofRents, ...ofLines].sort(byCommit), ({ resource, resourceId }) =>
    resource === 'movie_rents' ? resourceId : rentOfLine.get(resourceId)!,
  );
  return ids.map((id) => {
    const all = recorded.get(id) ?? [];
    return {
      id,
      importedRows: isOwnAtFirst(all, clientIds) ? (imported.get(id) ?? []) : [],
      renewals: renewed.get(id) ?? [],
      events: ownEvents(all, clientIds),
    };
  });
}

const byCommit = (one: Event, other: Event): number => one.transactionId - other.transactionId || one.id - other.id;
