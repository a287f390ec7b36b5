import type { EntityTarget } from 'typeorm';
import { Client, clientMembers } from './clients/client.entity.js';
import { Genre } from './genres/genre.entity.js';
import { Movie } from './movies/movie.entity.js';
import { ApiKey } from './platform/auth/api-keys/api-key.entity.js';
import { dialectOf } from './platform/database/dialect/dialect.js';
import { Event } from './platform/events/event.entity.js';
import { type EntityInvariant, type Row, type Rows, violationsIn } from './platform/verification/invariant.js';
import { MovieRent } from './rentals/movie-rent.entity.js';

/** The types of all events, by the resource that they change. */
const typesOf: Readonly<Record<string, readonly string[]>> = {
  genres: ['genre.created', 'genre.updated', 'genre.deleted'],
  movies: ['movie.created', 'movie.updated', 'movie.deleted', 'movie.merged'],
  movie_copies: ['copy.created', 'copy.updated', 'copy.deleted', 'copy.moved'],
  clients: [
    ...['client.created', 'client.updated', 'client.deleted', 'client.blocked', 'client.block_removed'],
    ...['client.merged', 'client.erased'],
  ],
  movie_rents: [
    ...['rental.opened', 'rental.corrected', 'rental.deleted', 'rental.voided', 'rental.rules_overridden'],
    'rental.instant_repaired',
  ],
  movie_rent_details: [
    ...['line.returned', 'line.returned_damaged', 'line.returned_with_note', 'line.damage_found', 'line.found'],
    ...['line.lost', 'line.return_undone', 'line.renewed', 'line.instant_repaired'],
  ],
  shop: ['policy.changed', 'shop.imported'],
  api_keys: ['key.created', 'key.limited', 'key.revoked'],
};

/** Resources whose deletion has an event of its own. Copies and lines: see event-references.ts. */
const lasting: readonly [resource: string, of: EntityTarget<Row>, singular: string, idOfDuplicate?: string][] = [
  ['genres', Genre, 'genre'],
  ['movies', Movie, 'movie', 'movie_id'],
  ['clients', Client, 'client', 'client_id'],
  ['movie_rents', MovieRent, 'rental'],
  ['api_keys', ApiKey, 'key'],
];

const remedy =
  'Find out which program wrote the row, and keep the output. The database refuses to change events: restore the table from a backup.';

/** The members of an event that its invariants check. */
export interface Recorded {
  readonly id: number;
  readonly type: string;
  readonly resource: string;
  readonly resource_id: number;
  readonly changes: string;
}

/** Reads events with the members that are checked. */
export function readRecorded(events: Rows): Promise<Recorded[]> {
  for (const column of ['type', 'resource', 'changes']) events.addSelect(`row.${column}`, column);
  return events.addSelect('row.resourceId', 'resource_id').getRawMany<Recorded>();
}

/** The invariants of the record of changes. */
export const eventInvariants: readonly EntityInvariant[] = [
  {
    of: Event,
    remedy,
    violations: async (rows) => {
      const found = await readRecorded(rows);
      return found.flatMap((event) => faultsOf(event).map((what) => ({ id: event.id, what })));
    },
  },
  {
    of: Event,
    remedy: 'Start the service once: it lets new events follow all recorded ones.',
    violations: (rows) => {
      const { nextTransactionId } = dialectOf(rows.connection);
      const offset = '(SELECT installation.event_offset FROM installation WHERE installation.id = 1)';
      return violationsIn(
        rows.andWhere(`row.transactionId >= ${offset} + ${nextTransactionId}`),
        () => 'its transaction_id is ahead of the database, so that the feed hides it or shows later events before it',
      );
    },
  },
  ...lasting.map(([resource, target, singular, idOfDuplicate]) => ({
    of: Event,
    remedy,
    violations: (rows: Parameters<EntityInvariant['violations']>[0]) => {
      rows
        .addSelect('row.resourceId', 'missing')
        .leftJoin(target as typeof Client, 'changed', 'changed.id = row.resourceId');
      rows.andWhere('row.resource = :resource AND changed.id IS NULL', { resource });
      const ends = rows.subQuery().select('1').from(Event, 'ending');
      const merged = idOfDuplicate
        ? ` OR ending.type = '${singular}.merged' AND ending.changes LIKE '{"${idOfDuplicate}":' || row.resourceId || ',%'`
        : '';
      ends.where(`ending.type = '${singular}.deleted' AND ending.resourceId = row.resourceId${merged}`);
      return violationsIn<{ missing: number }>(
        rows.andWhere(`NOT EXISTS ${ends.getQuery()}`),
        ({ missing }) => `it is of ${resource} ${missing}, which does not exist, and no event records its end`,
      );
    },
  })),
];

function faultsOf({ type, resource, resource_id: id, changes }: Recorded): string[] {
  const faults: string[] = [];
  const types = typesOf[resource];
  if (!types) faults.push('its resource is not known');
  else if (!types.includes(type)) faults.push(`its type is not one of ${resource}`);
  if (id < 1 || (resource === 'shop' && id !== 1)) faults.push(`its resource_id is ${id}`);
  const parsed = parse(changes);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return [...faults, 'its changes are not a JSON object'];
  }
  const names = [...new Set(namesIn(parsed))].filter((name) => personalNames.has(name));
  return [...faults, ...names.map((name) => `its changes contain a value of ${name}, which is personal`)];
}

/** Personal members, and the reason of a block. */
const personalNames: ReadonlySet<string> = new Set([...clientMembers.personalNames, 'reason']);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns the names of all members at any depth. */
function namesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return [...own, ...Object.values(value).flatMap(namesIn)];
}
