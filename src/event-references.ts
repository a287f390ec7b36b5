import type { EntityTarget } from 'typeorm';
import { readRecorded, type Recorded } from './event-invariants.js';
import { MovieCopy } from './movies/movie-copy.entity.js';
import { dialectOf } from './platform/database/dialect/dialect.js';
import { Event } from './platform/events/event.entity.js';
import type { EntityInvariant, InvariantViolation, Row, Rows } from './platform/verification/invariant.js';
import { MovieRentDetail } from './rentals/movie-rent.entity.js';

/** A resource that is also deleted with another one, whose event then lists its ids. */
interface Dependent {
  readonly resource: string;
  readonly of: EntityTarget<Row>;
  /** The members of `changes` that contain its ids, at any depth. */
  readonly members: readonly string[];
  /** The events that record deletions, with the member that lists the ids; without a member, the id of the event. */
  readonly deletions: Readonly<Record<string, string | undefined>>;
}

const dependents: readonly Dependent[] = [
  {
    resource: 'movie_copies',
    of: MovieCopy,
    members: ['movie_copy_id', 'movie_copy_ids', 'added_movie_copy_ids', 'retired_movie_copy_ids'],
    deletions: { 'copy.deleted': undefined, 'movie.deleted': 'movie_copy_ids' },
  },
  {
    resource: 'movie_rent_details',
    of: MovieRentDetail,
    members: ['details', 'added_details', 'removed_details', 'changed_details', 'returned_detail_ids'],
    deletions: { 'rental.deleted': 'details', 'rental.corrected': 'removed_details' },
  },
];

/** Copies and lines that events name exist, unless an event records their deletion. */
export const eventReferences: readonly EntityInvariant[] = dependents.map((dependent) => ({
  of: Event,
  remedy: 'Find out which program deleted the rows, and keep the output. Restore them from a backup.',
  violations: async (rows) => {
    const named = (await readRecorded(rows))
      .map((event) => ({ id: event.id, ids: idsNamedBy(event, dependent) }))
      .filter(({ ids }) => ids.length > 0);
    const missing = await withoutExisting(new Set(named.flatMap(({ ids }) => ids)), dependent, rows);
    if (missing.size > 0) await withoutDeleted(missing, dependent, rows);
    return named.flatMap(({ id, ids }) =>
      violation(
        id,
        dependent,
        [...new Set(ids)].filter((each) => missing.has(each)),
      ),
    );
  },
}));

function violation(id: number, { resource }: Dependent, missing: readonly number[]): InvariantViolation[] {
  if (missing.length === 0) return [];
  const ids = missing.slice(0, 10).join(', ') + (missing.length > 10 ? ' and others' : '');
  return [{ id, what: `it names ${resource} ${ids}, which do not exist, and no event records their deletion` }];
}

function idsNamedBy({ resource, resource_id: id, changes }: Recorded, dependent: Dependent): number[] {
  const own = resource === dependent.resource ? [id] : [];
  return [...own, ...idsIn(changes, dependent.members)].filter((each) => each > 0);
}

/** Removes the ids of rows that exist. */
async function withoutExisting(ids: Set<number>, { of }: Dependent, rows: Rows): Promise<Set<number>> {
  const dialect = dialectOf(rows.connection);
  const existing = await rows
    .createQueryBuilder()
    .select('existing.id', 'id')
    .from(of, 'existing')
    .where(dialect.isInList('existing.id', ':ids'), { ids: dialect.listParameter([...ids]) })
    .getRawMany<{ id: number }>();
  for (const { id } of existing) ids.delete(id);
  return ids;
}

/** Removes the ids of rows whose deletion is recorded. */
async function withoutDeleted(ids: Set<number>, { deletions }: Dependent, rows: Rows): Promise<void> {
  const pageSize = 200;
  let page: Recorded[];
  let after = 0;
  do {
    const events = rows
      .createQueryBuilder()
      .select('row.id', 'id')
      .from(Event, 'row')
      .where('row.type IN (:...types) AND row.id > :after', { types: Object.keys(deletions), after });
    page = await readRecorded(events.orderBy('row.id').limit(pageSize));
    for (const { id, type, resource_id: deleted, changes } of page) {
      const member = deletions[type];
      for (const each of member === undefined ? [deleted] : idsIn(changes, [member])) ids.delete(each);
      after = id;
    }
  } while (page.length === pageSize && ids.size > 0);
}

/** Returns the ids in members of these names: numbers, objects with an id, and changes from one id to another. */
function idsIn(changes: string, names: readonly string[]): number[] {
  try {
    return valuesOf(JSON.parse(changes), names).flatMap(idsOf);
  } catch {
    // Reported by another invariant.
    return [];
  }
}

function valuesOf(value: unknown, names: readonly string[]): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => [
    ...(names.includes(name) ? [inner] : []),
    ...valuesOf(inner, names),
  ]);
}

function idsOf(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (Array.isArray(value)) return value.flatMap(idsOf);
  if (typeof value !== 'object' || value === null) return [];
  const { id, from, to } = value as { id?: unknown; from?: unknown; to?: unknown };
  return [id, from, to].filter((each) => typeof each === 'number');
}
