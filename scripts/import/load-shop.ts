import { noTerms } from '../../src/policy/terms.js';
import { Client } from '../../src/clients/client.entity.js';
import type { UnitOfWork } from '../../src/platform/database/unit-of-work.js';
import { Genre } from '../../src/genres/genre.entity.js';
import { identityKey } from '../../src/kernel/text.js';
import { MovieCopy, type MovieCopyColumns } from '../../src/movies/movie-copy.entity.js';
import { Movie } from '../../src/movies/movie.entity.js';
import type { MovieRentColumns, MovieRentDetailColumns } from '../../src/rentals/movie-rent.entity.js';
import { EventRepository } from '../../src/platform/events/event.repository.js';
import { callerOf } from '../support/caller.js';
import { Faults } from './faults.js';
import { findOverlaps } from './overlaps.js';
import type { Progress } from '../support/progress.js';
import { type Plan, ShopStore } from './shop-store.js';
import type { Counts, Shop, ShopRent, SourceRow } from './shop.js';
import type { StoredRow } from '../support/tables.js';

/**
 * Stores the rows of a shop that were not imported before, all or none, and counts them. Imported rows belong to the
 * shop from then on: they are neither changed nor, once deleted, restored.
 * @throws UnusableInput if a row conflicts with the shop
 */
export function loadShop(unitOfWork: UnitOfWork, shop: Shop, progress: Progress): Promise<Counts> {
  return unitOfWork.run({ store: ShopStore, events: EventRepository }, async ({ store, events }) => {
    await store.lock();
    const { source } = shop;
    const genres = await store.plan(source, 'genre', shop.genres, (rows) => adoptGenres(store, rows));
    const movies = await store.plan(source, 'movie', shop.movies);
    const copies = await store.plan(source, 'movie_copy', shop.copies);
    const clients = await store.plan(source, 'client', shop.clients);
    const rents = await store.plan(source, 'movie_rent', shop.rents);

    const faults = new Faults();
    await refuseDeleted(store, movies, 'genre', ({ genre }) => [genre], genres, faults);
    await refuseDeleted(store, copies, 'movie', ({ movie }) => [movie], movies, faults);
    await refuseDeleted(store, rents, 'copy', ({ lines }) => lines.map(({ copy }) => copy), copies, faults);
    await refuseDeleted(store, rents, 'client', ({ client }) => [client], clients, faults);
    await refuseTaken(store, copies, 'code', 'codeKey', ({ code }) => code, faults);
    await refuseTaken(store, clients, 'licenseNumber', 'licenseKey', ({ licenseNumber }) => licenseNumber, faults);
    await refuseOverlaps(store, copies, rents, faults);
    faults.throwIfAny();

    const add = <Row extends SourceRow<object>>(name: string, plan: Plan<Row>, toFields: (row: Row) => StoredRow) =>
      progress.step(name, plan.added.length, async (advance) => {
        await store.add(source, plan, toFields, advance);
        return plan.added.length;
      });
    const counts = {
      genres: await add('genres', genres, (genre) => ({ ...Genre.columnsOf(genre) })),
      movies: await add('movies', movies, ({ genre, ...movie }) => ({
        ...Movie.columnsOf({ ...movie, genreId: genres.idOf(genre) }),
      })),
      copies: await add('copies', copies, ({ code, movie }): MovieCopyColumns & StoredRow => ({
        ...MovieCopy.columnsOf({ code, serviceState: 'in_service' }),
        movieId: movies.idOf(movie),
      })),
      clients: await add('clients', clients, (client) => ({ ...Client.columnsOf(client) })),
      rents: await add('rents', rents, ({ client, creationDatetime }): MovieRentColumns & StoredRow => ({
        clientId: clients.idOf(client),
        creationDatetime,
        voidedDatetime: null,
      })),
    };
    await store.addNew(
      'client_block',
      clients.added.flatMap(({ id, blocks = [] }) => blocks.map((block) => ({ clientId: id, ...block }))),
    );
    const firstLineId = await store.addNew(
      'movie_rent_detail',
      rents.added.flatMap(({ id, client, creationDatetime, lines }) =>
        lines.map(({ copy, returnedDatetime, terms = noTerms, renewal }): MovieRentDetailColumns & StoredRow => ({
          movieRentId: id,
          clientId: clients.idOf(client),
          movieCopyId: copies.idOf(copy),
          lentDatetime: creationDatetime,
          returnedDatetime,
          lostDatetime: null,
          renewals: renewal ? 1 : null,
          ...terms,
        })),
      ),
    );
    const renewals = rents.added
      .flatMap(({ lines }) => lines)
      .map(({ renewal }, position) => renewal && { movieRentDetailId: firstLineId + position, ...renewal });
    await store.addNew(
      'renewal',
      renewals.filter((renewal) => renewal !== undefined),
    );
    const added = Object.values(counts).some((count) => count > 0);
    // One event for all rows: an import can have millions.
    events.record(callerOf(`import:${source}`), {
      type: 'shop.imported',
      resource: 'shop',
      resourceId: 1,
      creationDatetime: new Date(),
      changes: added ? counts : {},
    });
    return counts;
  });
}

/** Maps genres to those of the shop with the same name, which is unique. */
async function adoptGenres(store: ShopStore, rows: Shop['genres']): Promise<Map<string, number>> {
  const ids = await store.findBy(
    'genre',
    'nameKey',
    rows.map(({ name }) => identityKey(name)),
  );
  return new Map(
    rows.flatMap(({ sourceId, name }) => {
      const id = ids.get(identityKey(name));
      return id === undefined ? [] : [[sourceId, id] as const];
    }),
  );
}

/** Refuses new rows that refer to an imported row which the shop has deleted since. */
async function refuseDeleted<Row extends SourceRow<object>>(
  store: ShopStore,
  { added }: Plan<Row>,
  member: string,
  references: (row: Row) => readonly string[],
  { table, known }: Plan<unknown>,
  faults: Faults,
): Promise<void> {
  const referring = added.flatMap((row) =>
    references(row).flatMap((sourceId) => (known.has(sourceId) ? [{ row, sourceId, id: known.get(sourceId)! }] : [])),
  );
  const present = await store.findBy(table, 'id', [...new Set(referring.map(({ id }) => id))]);
  for (const { row, sourceId, id } of referring) {
    if (present.has(id)) continue;
    faults.add(row.at(member), `the ${member} ${sourceId} was imported before, and deleted from the shop since`);
  }
}

/** Refuses new rows with a unique value that another row of the shop has. */
async function refuseTaken<Row extends SourceRow<object>>(
  store: ShopStore,
  { table, added }: Plan<Row>,
  member: string,
  keyProperty: string,
  valueOf: (row: Row) => string | null,
  faults: Faults,
): Promise<void> {
  const valued = added.flatMap((row) => {
    const value = valueOf(row);
    return value === null ? [] : [{ row, value, key: identityKey(value) }];
  });
  const holders = await store.findBy(
    table,
    keyProperty,
    valued.map(({ key }) => key),
  );
  for (const { row, value, key } of valued) {
    const holder = holders.get(key);
    if (holder === undefined) continue;
    faults.add(row.at(member), `${value} is that of ${table} ${holder} of the shop already`);
  }
}

/** Refuses new rentals of copies that were lent to another client at that time. */
async function refuseOverlaps(
  store: ShopStore,
  copies: Plan<unknown>,
  rents: Plan<SourceRow<ShopRent>>,
  faults: Faults,
): Promise<void> {
  const added = rents.added.flatMap((rent) =>
    rent.lines.map(({ copy, returnedDatetime: returned }) => ({
      copy: copies.idOf(copy),
      lent: rent.creationDatetime,
      returned,
      rent,
    })),
  );
  const lentBefore = new Set(copies.known.values());
  const copyIds = [...new Set(added.map(({ copy }) => copy))].filter((id) => lentBefore.has(id));
  const stored = (await store.findLoans(copyIds)).map((loan) => ({ ...loan, rent: undefined }));
  for (const { earlier, later } of findOverlaps([...stored, ...added])) {
    const rent = later.rent ?? earlier.rent;
    if (rent) faults.add(rent.at('copy'), `copy ${later.copy} of the shop was out at that time`);
  }
}
