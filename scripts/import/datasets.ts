import type { GenreFields } from '../../src/genres/genre.entity.js';
import type { MovieFields } from '../../src/movies/movie.entity.js';
import { dateAt } from '../../src/kernel/calendar.js';
import { dueDateAfter, noTerms } from '../../src/policy/terms.js';
import type { TermsOfLine } from '../../src/rentals/movie-rent.entity.js';
import { readInput } from '../support/input.js';
import type { Shop, ShopRentLine } from './shop.js';

interface ClientRow {
  first_name: string;
  last_name: string;
  address: string;
  license_number: string;
  blocks?: { reason: string; until: string | null; creation_datetime: string }[];
}

interface MovieRow extends Omit<MovieFields, 'genreId'> {
  /** The name of its genre. */
  genre: string;
  /** The codes of its copies. */
  copies: string[];
}

interface RentRow {
  /** A license number. */
  client: string;
  creation_datetime: string;
  lines: LineRow[];
}

interface LineRow {
  copy: string;
  returned_datetime: string | null;
  renewed_datetime?: string;
}

/**
 * Returns the demonstration shop from the JSON files in `folder`.
 * @throws UnusableInput
 */
export async function readDatasets(folder: string): Promise<Shop> {
  const [genres, movies, clients, rents] = await Promise.all([
    read<GenreFields>(folder, 'genres.json'),
    read<MovieRow>(folder, 'movies.json'),
    read<ClientRow>(folder, 'clients.json'),
    read<RentRow>(folder, 'rents.json'),
  ]);
  const inFile = (file: string) => () => ({ file });
  const termsByCopy = new Map(movies.flatMap(({ copies, rentalDays }) => copies.map((code) => [code, rentalDays])));
  return {
    source: 'demonstration',
    genres: genres.map((genre) => ({ sourceId: genre.name, at: inFile('genres.json'), ...genre })),
    movies: movies.map(({ copies: _, ...movie }) => ({ sourceId: idOf(movie), at: inFile('movies.json'), ...movie })),
    copies: movies.flatMap((movie) =>
      movie.copies.map((code) => ({ sourceId: code, at: inFile('movies.json'), code, movie: idOf(movie) })),
    ),
    clients: clients.map((client) => ({
      sourceId: client.license_number,
      at: inFile('clients.json'),
      firstName: client.first_name,
      lastName: client.last_name,
      address: client.address,
      licenseNumber: client.license_number,
      blocks: client.blocks?.map(({ reason, until, creation_datetime }) => ({
        reason,
        until,
        creationDatetime: new Date(creation_datetime),
      })),
    })),
    rents: rents.map((rent) => ({
      sourceId: `${rent.client} ${rent.creation_datetime}`,
      at: inFile('rents.json'),
      client: rent.client,
      creationDatetime: new Date(rent.creation_datetime),
      lines: rent.lines.map((line) => ({
        copy: line.copy,
        returnedDatetime: line.returned_datetime === null ? null : new Date(line.returned_datetime),
        ...termsOf(termsByCopy.get(line.copy), new Date(rent.creation_datetime), line),
      })),
    })),
  };
}

const idOf = ({ title, year }: Pick<MovieRow, 'title' | 'year'>): string => `${title} (${year})`;

const alwaysOpen = { timeZone: 'UTC', openingDays: null, closedDates: [] };

/** Returns the terms and the renewal of a line whose movie has rental days of its own. */
function termsOf(
  rentalDays: number | null | undefined,
  lent: Date,
  { renewed_datetime }: LineRow,
): Pick<ShopRentLine, 'terms' | 'renewal'> {
  if (rentalDays == null) return {};
  const terms: TermsOfLine = { ...noTerms, rentalDays, ...dueDateAfter(dateAt(lent, 'UTC'), rentalDays, alwaysOpen) };
  if (renewed_datetime === undefined) return { terms };
  const formerDueOn = terms.dueOn!;
  const due = dueDateAfter(formerDueOn, rentalDays, alwaysOpen);
  const renewal = { creationDatetime: new Date(renewed_datetime), formerDueOn, dueOn: due.dueOn! };
  return { terms: { ...terms, ...due }, renewal };
}

/** Does not validate the rows: the files belong to the project. */
async function read<Row>(folder: string, file: string): Promise<Row[]> {
  const remedy = 'The datasets come with the project; run this from its folder, or restore them with git.';
  return JSON.parse(await readInput(folder, file, remedy)) as Row[];
}
