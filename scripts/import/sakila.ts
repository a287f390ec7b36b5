import { stat } from 'node:fs/promises';
import { ClientPatch } from '../../src/clients/dto/client-input.dto.js';
import { GenreInput } from '../../src/genres/dto/genre-input.dto.js';
import { groupBy } from '../../src/kernel/lists.js';
import { identityKey } from '../../src/kernel/text.js';
import { MovieCopyInput } from '../../src/movies/dto/movie-copy.dto.js';
import { MoviePatch } from '../../src/movies/dto/movie-input.dto.js';
import type { TermsOfMovie } from '../../src/policy/shop.entity.js';
import { maxStock } from '../../src/movies/stock.js';
import { type CsvFile, type CsvRow, readCsv } from './csv-file.js';
import { type Keys, keysOf } from './csv-keys.js';
import { decoderOf } from './decode-text.js';
import { Faults, type Place } from './faults.js';
import { UnusableInput } from '../support/input.js';
import { findOverlaps } from './overlaps.js';
import type { Shop, ShopRent, SourceRow } from './shop.js';
import { readRow } from './wire-rules.js';

/**
 * Returns the shop in the CSV files of the Sakila sample database.
 * @throws UnusableInput that lists every fault of the files
 */
export async function readSakila(folder: string, encoding = 'utf-8'): Promise<Shop> {
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new UnusableInput(`There is no folder ${folder}. Specify the folder with the CSV files.`);
  const decode = decoderOf(encoding);
  const faults = new Faults();
  const read = <const Column extends string>(file: string, columns: readonly Column[]) =>
    readCsv(folder, file, columns, decode, faults);
  const [categories, films, filmCategories, inventory, customers, addresses, cities, rentals] = await Promise.all([
    read('category.csv', ['category_id', 'name']),
    read('film.csv', ['film_id', 'title', 'description', 'release_year']),
    read('film_category.csv', ['film_id', 'category_id']),
    read('inventory.csv', ['inventory_id', 'film_id']),
    read('customer.csv', ['customer_id', 'first_name', 'last_name', 'address_id']),
    read('address.csv', ['address_id', 'address', 'district', 'city_id']),
    read('city.csv', ['city_id', 'city']),
    read('rental.csv', ['rental_id', 'rental_date', 'inventory_id', 'customer_id', 'return_date']),
  ]);
  const categoryKeys = keysOf(categories, 'category_id', faults);
  const filmKeys = keysOf(films, 'film_id', faults);
  const inventoryKeys = keysOf(inventory, 'inventory_id', faults);
  const customerKeys = keysOf(customers, 'customer_id', faults);
  const cityKeys = keysOf(cities, 'city_id', faults);
  const addressKeys = keysOf(addresses, 'address_id', faults);
  const rentalKeys = keysOf(rentals, 'rental_id', faults);

  const genres = genresIn(categoryKeys, faults);
  const genreOfFilm = genresOfFilms(filmCategories, filmKeys, categoryKeys, faults);
  const addressTexts = addressesIn(addressKeys, cityKeys, faults);
  const shop: Shop = {
    source: 'sakila',
    genres,
    movies: filmKeys.map((row, sourceId) => {
      const genre = genreOfFilm(row, sourceId);
      const at = placesIn(row, { year: 'release_year' });
      const { title, description, release_year } = row.values;
      // The genre has no id at this point, and a patch requires no member.
      const members = { title, description: description || null, year: numberIn(release_year) };
      const movie = readRow(MoviePatch, members, at, faults);
      if (!movie) return undefined;
      const fields = { title: movie.title!, description: movie.description ?? null, year: movie.year!, director: null };
      return { sourceId, at, ...fields, genre };
    }),
    copies: inventoryKeys.map((row, sourceId) => {
      const at = placesIn(row, { code: 'inventory_id', movie: 'film_id' });
      const movie = filmKeys.refer(row, 'film_id', faults);
      const copy = readRow(MovieCopyInput, { code: `SAKILA-${sourceId}` }, at, faults);
      return copy && { sourceId, at, code: copy.code!, movie };
    }),
    clients: customerKeys.map((row, sourceId) => {
      const at = placesIn(row, {});
      const { first_name, last_name } = row.values;
      const addressId = addressKeys.refer(row, 'address_id', faults);
      // Clients of a source may lack an address, so they are validated as patches.
      const client = readRow(ClientPatch, { first_name, last_name }, at, faults);
      if (!client) return undefined;
      const address = addressTexts.get(addressId) || null;
      return { sourceId, at, firstName: client.first_name!, lastName: client.last_name!, address, licenseNumber: null };
    }),
    rents: rentsIn(rentalKeys, inventoryKeys, customerKeys, faults),
  };
  for (const copies of groupBy(shop.copies, ({ movie }) => movie).values()) {
    const tooMany = copies[maxStock];
    if (tooMany) faults.add(tooMany.at('movie'), `film_id ${tooMany.movie} has more than ${maxStock} copies`);
  }
  faults.throwIfAny();
  return shop;
}

/**
 * Returns the rental days and rental rates of the films, by film_id.
 * @throws UnusableInput that lists every fault of the file
 */
export async function readSakilaTerms(folder: string): Promise<ReadonlyMap<string, Partial<TermsOfMovie>>> {
  const faults = new Faults();
  const columns = ['film_id', 'rental_duration', 'rental_rate'] as const;
  const films = await readCsv(folder, 'film.csv', columns, decoderOf('utf-8'), faults);
  const terms = keysOf(films, 'film_id', faults).map((row, sourceId) => {
    const { rental_duration, rental_rate } = row.values;
    const at = placesIn(row, { rental_days: 'rental_duration' });
    const members = { rental_days: numberIn(rental_duration), rental_rate: minorUnitsIn(rental_rate) };
    const movie = readRow(MoviePatch, members, at, faults);
    return movie && ([sourceId, { rentalDays: movie.rental_days, rentalRate: movie.rental_rate }] as const);
  });
  faults.throwIfAny();
  return new Map(terms);
}

function genresIn(categories: Keys<'category_id' | 'name'>, faults: Faults): Shop['genres'] {
  const linesOfNames = new Map<string, number | undefined>();
  return categories.map((row, sourceId) => {
    const at = placesIn(row, {});
    const genre = readRow(GenreInput, { name: row.values.name }, at, faults)?.toFields();
    if (!genre) return undefined;
    const name = identityKey(genre.name);
    if (linesOfNames.has(name)) {
      faults.add(at('name'), `name, without regard to case, is that of line ${linesOfNames.get(name)} too`);
    }
    linesOfNames.set(name, at().line);
    return { sourceId, at, ...genre };
  });
}

/** Returns the category of each film, which must have exactly one. */
function genresOfFilms(
  filmCategories: CsvFile<'film_id' | 'category_id'>,
  films: Keys<'film_id' | 'title' | 'description' | 'release_year'>,
  categories: Keys<'category_id' | 'name'>,
  faults: Faults,
) {
  const rows = new Map<string, (typeof filmCategories.rows)[number]>();
  for (const row of filmCategories.rows) {
    const filmId = films.refer(row, 'film_id', faults);
    categories.refer(row, 'category_id', faults);
    const other = rows.get(filmId);
    if (other) faults.add(row.at('film_id'), `film_id ${filmId} has a category in line ${other.at().line} already`);
    else rows.set(filmId, row);
  }
  return (film: CsvRow<'film_id'>, filmId: string): string => {
    if (filmCategories.isComplete && !rows.has(filmId)) {
      faults.add(film.at('film_id'), `film_id ${filmId} has no category in ${filmCategories.name}`);
    }
    return rows.get(filmId)?.values.category_id ?? '';
  };
}

/** Returns addresses in the format of clients: "23 Workhaven Lane, Alberta, Lethbridge". */
function addressesIn(
  addresses: Keys<'address_id' | 'address' | 'district' | 'city_id'>,
  cities: Keys<'city_id' | 'city'>,
  faults: Faults,
): Map<string, string | null> {
  const read = (row: CsvRow<string>, column: string, text: string) => {
    if (text.trim() === '') return '';
    const read = readRow(ClientPatch, { address: text }, () => row.at(column), faults);
    return read?.address ?? undefined;
  };
  const cityNames = new Map(cities.map((row, id) => [id, read(row, 'city', row.values.city)] as const));
  return new Map(
    addresses.map((row, id) => {
      const { address, district } = row.values;
      const cityId = cities.refer(row, 'city_id', faults);
      const parts = [read(row, 'address', address), read(row, 'district', district), cityNames.get(cityId)];
      const whole = parts.filter(Boolean).join(', ');
      // Errors of the parts are already reported, so the whole is not reported again.
      return [id, parts.includes(undefined) ? '' : (read(row, 'address', whole) ?? '')] as const;
    }),
  );
}

function rentsIn(
  rentals: Keys<'rental_id' | 'rental_date' | 'inventory_id' | 'customer_id' | 'return_date'>,
  inventory: Keys<'inventory_id' | 'film_id'>,
  customers: Keys<'customer_id' | 'first_name' | 'last_name' | 'address_id'>,
  faults: Faults,
): SourceRow<ShopRent>[] {
  const rents = rentals.map((row, sourceId) => {
    const at = placesIn(row, { copy: 'inventory_id', client: 'customer_id', creationDatetime: 'rental_date' });
    const [copy, client] = [inventory.refer(row, 'inventory_id', faults), customers.refer(row, 'customer_id', faults)];
    const creationDatetime = instantIn(row, 'rental_date', faults);
    const returnedDatetime = row.values.return_date === '' ? null : instantIn(row, 'return_date', faults);
    if (!creationDatetime || returnedDatetime === undefined) return undefined;
    if (returnedDatetime && returnedDatetime < creationDatetime) {
      return faults.add(row.at('return_date'), 'return_date is before rental_date');
    }
    return { sourceId, at, client, creationDatetime, lines: [{ copy, returnedDatetime }] };
  });
  const loans = rents.flatMap(({ at, creationDatetime: lent, lines }) =>
    lines.map(({ copy, returnedDatetime: returned }) => ({ copy, lent, returned, at })),
  );
  for (const { earlier, later } of findOverlaps(loans)) {
    const until = earlier.returned ? `until ${earlier.returned.toISOString()}` : 'and was not returned';
    const line = earlier.at().line;
    faults.add(later.at('copy'), `inventory_id ${later.copy} was lent in line ${line} ${until}`);
  }
  return rents;
}

/** Sakila doesn't state the time zone of "2005-05-24 22:53:30"; UTC makes every import alike. */
function instantIn<Column extends string>(row: CsvRow<Column>, column: Column, faults: Faults): Date | undefined {
  const text = row.values[column];
  const [, day, time] = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d{1,3})?)$/.exec(text) ?? [];
  const instant = new Date(`${day}T${time}Z`);
  // Date parses 30 February as 2 March, and 24:00 as the next day.
  if (Number.isNaN(instant.getTime()) || !instant.toISOString().startsWith(`${day}T${time?.slice(0, 8)}`)) {
    return faults.add(row.at(column), `${column} must be an instant such as 2005-05-24 22:53:30`);
  }
  if (instant.getTime() > Date.now()) return faults.add(row.at(column), `${column} is in the future`);
  return instant;
}

/** Converts an integer in the notation of JSON; returns other text unchanged. */
const numberIn = (text: string): unknown => (/^(0|-?[1-9]\d*)$/.test(text) ? Number(text) : text);

/** Converts an amount such as 4.99 to minor units; returns other text unchanged. */
const minorUnitsIn = (text: string): unknown => (/^\d+\.\d\d$/.test(text) ? Number(text.replace('.', '')) : text);

const placesIn =
  (row: CsvRow<string>, columns: Readonly<Record<string, string>>) =>
  (member?: string): Place =>
    row.at(member === undefined ? undefined : (columns[member] ?? member));
