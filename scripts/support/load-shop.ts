import { type FindOptionsWhere, In, type ObjectLiteral, type Repository } from 'typeorm';
import { Client } from '../../src/clients/client.entity.js';
import { ClientRepository } from '../../src/clients/client.repository.js';
import type { UnitOfWork } from '../../src/database/unit-of-work.js';
import { Genre } from '../../src/genres/genre.entity.js';
import { GenreRepository } from '../../src/genres/genre.repository.js';
import { caseless } from '../../src/kernel/text.js';
import type { MovieCopy } from '../../src/movies/movie-copy.entity.js';
import { MovieCopyRepository } from '../../src/movies/movie-copy.repository.js';
import { Movie } from '../../src/movies/movie.entity.js';
import { MovieRepository } from '../../src/movies/movie.repository.js';
import { MovieRentDetailRepository } from '../../src/rentals/movie-rent-detail.repository.js';
import { MovieRent } from '../../src/rentals/movie-rent.entity.js';
import { MovieRentRepository } from '../../src/rentals/movie-rent.repository.js';
import { referred } from './input.js';
import type { Progress } from './progress.js';
import type { Counts, Shop } from './shop.js';
import { Tables } from './tables.js';

/** Rows a unit of work and a statement: few enough that a service on the same database hardly waits for them. */
const batchSize = 500;

/**
 * Stores a shop beside what is there already and says how much of it was new. Things are told apart by what
 * people know them by, so an import that is repeated, or taken up after it broke off, doubles nothing.
 * @throws UnusableInput
 */
export async function loadShop(unitOfWork: UnitOfWork, shop: Shop, progress: Progress): Promise<Counts> {
  const genreRows = shop.genres.map(Genre.columnsOf);
  const genres = await inBatches(progress, 'genres', genreRows, (batch) =>
    unitOfWork.run({ genres: GenreRepository }, (on) => addMissing(on.genres, batch, genreIdentity)),
  );
  const genreIds = pairs(
    shop.genres.map(({ name }) => caseless(name)),
    idsOf(genres),
  );

  const movieRows = shop.movies.map(({ title, description, year, director, genre }) =>
    Movie.columnsOf({ title, description, year, director, genreId: referred(genreIds, caseless(genre), 'genre') }),
  );
  const movies = await inBatches(progress, 'movies', movieRows, (batch) =>
    unitOfWork.run({ movies: MovieRepository }, (on) => addMissing(on.movies, batch, movieIdentity)),
  );
  const movieIds = idsOf(movies);

  const copyRows = shop.movies.flatMap((movie, position) =>
    movie.copies.map((code) => ({ code, movieId: movieIds[position]!, serviceState: 'in_service' as const })),
  );
  const copies = await inBatches(progress, 'copies', copyRows, (batch) =>
    unitOfWork.run({ copies: MovieCopyRepository }, (on) => addMissing(on.copies, batch, copyIdentity)),
  );
  const copyIds = pairs(
    copyRows.map(({ code }) => code),
    idsOf(copies),
  );

  const clientRows = shop.clients.map(Client.columnsOf);
  const clients = await inBatches(progress, 'clients', clientRows, (batch) =>
    unitOfWork.run({ clients: ClientRepository }, (on) => addMissing(on.clients, batch, clientIdentity)),
  );
  const clientIds = idsOf(clients);

  const rentRows = shop.rents.map(({ client, creationDatetime, lines }) => ({
    clientId: clientIds[client]!,
    creationDatetime,
    lines: lines.map(({ copy, returnedDatetime }) => ({
      movieCopyId: referred(copyIds, copy, 'copy'),
      returnedDatetime,
    })),
  }));
  const rents = await inBatches(progress, 'rents', rentRows, (batch) =>
    unitOfWork.run(
      { tables: Tables, rents: MovieRentRepository, details: MovieRentDetailRepository },
      async ({ tables, rents, details }) => {
        await tables.lock();
        return addMissingRents(rents, details, batch);
      },
    ),
  );

  return {
    genres: sum(genres),
    movies: sum(movies),
    copies: sum(copies),
    clients: sum(clients),
    rents: sum(rents),
  };
}

interface Added {
  /** How many of a batch's rows weren't there before. */
  readonly added: number;
}

interface AddedRows extends Added {
  /** The id of every row of the batch, whether it was added or there already. */
  readonly ids: readonly number[];
}

/** What came of every batch. */
function inBatches<Row, Result extends Added>(
  progress: Progress,
  name: string,
  rows: readonly Row[],
  store: (batch: readonly Row[]) => Promise<Result>,
): Promise<Result[]> {
  return progress.step(name, rows.length, async (advance) => {
    const results: Result[] = [];
    for (const batch of batches(rows)) {
      results.push(await store(batch));
      advance(batch.length);
    }
    return results;
  });
}

const pairs = (keys: readonly string[], ids: readonly number[]) =>
  new Map(keys.map((name, position) => [name, ids[position]!]));

const idsOf = (results: readonly AddedRows[]) => results.flatMap(({ ids }) => ids);

const sum = (results: readonly Added[]) => results.reduce((total, { added }) => total + added, 0);

/** How rows of a table are told apart by what people know them by. */
interface Identity<Row> {
  /** All that a row goes by. A row that is to be stored is looked for by the first. */
  readonly keys: (row: Partial<Row>) => readonly [string, ...string[]];
  /** Finds whatever may have one of the rows' keys, and maybe more. */
  readonly alike: (rows: readonly Partial<Row>[]) => FindOptionsWhere<Row> | FindOptionsWhere<Row>[];
}

const genreIdentity: Identity<Genre> = {
  keys: ({ nameKey }) => [key(nameKey)],
  alike: (rows) => ({ nameKey: anyOf(rows, 'nameKey') }),
};

const movieIdentity: Identity<Movie> = {
  keys: ({ title, year, genreId }) => [key(title, year, genreId)],
  alike: (rows) => ({ title: anyOf(rows, 'title') }),
};

const copyIdentity: Identity<MovieCopy> = {
  keys: ({ code }) => [key(code)],
  alike: (rows) => ({ code: anyOf(rows, 'code') }),
};

/** Who came without a licence number is known by name and address, even after the shop has added the number. */
const clientIdentity: Identity<Client> = {
  keys: ({ licenseNumber, firstName, lastName, address }) => {
    const person = key(firstName, lastName, address);
    return licenseNumber ? [key(licenseNumber), person] : [person];
  },
  alike: (rows) => [{ licenseNumber: anyOf(rows, 'licenseNumber') }, { lastName: anyOf(rows, 'lastName') }],
};

const key = (...parts: unknown[]) => JSON.stringify(parts);

const anyOf = <Row, Member extends keyof Row>(rows: readonly Partial<Row>[], member: Member) =>
  In(rows.map((row) => row[member]).filter((value) => value !== null && value !== undefined));

async function addMissing<Row extends ObjectLiteral & { id: number }>(
  repository: Repository<Row>,
  rows: readonly Partial<Row>[],
  { keys, alike }: Identity<Row>,
): Promise<AddedRows> {
  const findIds = async () => {
    const found = await repository.findBy(alike(rows));
    return new Map(found.flatMap((row) => keys(row).map((name) => [name, row.id])));
  };
  const before = await findIds();
  const missing = new Map(rows.map((row) => [keys(row)[0], row] as const).filter(([name]) => !before.has(name)));
  await insertAll(repository, [...missing.values()]);
  // SQLite doesn't tell the ids that an insert of many rows gave out.
  const after = missing.size > 0 ? await findIds() : before;
  return { ids: rows.map((row) => after.get(keys(row)[0])!), added: missing.size };
}

interface NewRent {
  readonly clientId: number;
  readonly creationDatetime: Date;
  readonly lines: readonly { readonly movieCopyId: number; readonly returnedDatetime: Date | null }[];
}

/** A rent is there already if any of its copies was lent at that very instant. */
async function addMissingRents(
  rents: MovieRentRepository,
  details: MovieRentDetailRepository,
  batch: readonly NewRent[],
): Promise<Added> {
  const known = await findLoans(details, batch);
  const [first, ...others] = batch.filter(
    ({ creationDatetime, lines }) =>
      !lines.some(({ movieCopyId }) => known.has(key(movieCopyId, creationDatetime.toISOString()))),
  );
  if (!first) return { added: 0 };
  // The database gives the first its id, and the tables are locked, so the ids after it are those it gives next.
  const { id: firstId } = await addRent(rents, first);
  await insertAll(
    rents,
    others.map(({ clientId, creationDatetime }, position) => ({
      id: firstId + 1 + position,
      clientId,
      creationDatetime,
    })),
  );
  await insertAll(
    details,
    [first, ...others].flatMap(({ lines }, position) =>
      lines.map((line) => ({ ...line, movieRentId: firstId + position })),
    ),
  );
  return { added: 1 + others.length };
}

async function addRent(rents: MovieRentRepository, { clientId, creationDatetime }: NewRent): Promise<MovieRent> {
  const rent = rents.create({ clientId, creationDatetime });
  await rents.insert(rent);
  return rent;
}

/** The copies of these rents together with the instants they were lent at, wherever that is on record. */
async function findLoans(details: MovieRentDetailRepository, batch: readonly NewRent[]): Promise<Set<string>> {
  const found = await details
    .createQueryBuilder('detail')
    .innerJoin(MovieRent, 'rent', 'rent.id = detail.movieRentId')
    .select('detail.movieCopyId', 'copyId')
    .addSelect('rent.creationDatetime', 'instant')
    .where('detail.movieCopyId IN (:...copyIds)', {
      copyIds: batch.flatMap(({ lines }) => lines.map(({ movieCopyId }) => movieCopyId)),
    })
    .andWhere('rent.creationDatetime IN (:...instants)', {
      instants: batch.map(({ creationDatetime }) => creationDatetime.toISOString()),
    })
    .getRawMany<{ copyId: number; instant: string }>();
  return new Set(found.map(({ copyId, instant }) => key(copyId, instant)));
}

async function insertAll<Row extends ObjectLiteral>(
  repository: Repository<Row>,
  rows: readonly Partial<Row>[],
): Promise<void> {
  for (const batch of batches(rows)) {
    await repository.createQueryBuilder().insert().values(batch).updateEntity(false).execute();
  }
}

function* batches<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let start = 0; start < items.length; start += batchSize) yield items.slice(start, start + batchSize);
}
