import type { GenreFields } from '../../src/genres/genre.entity.js';
import { readInput, referred } from './input.js';
import type { Shop, ShopMovie } from './shop.js';

interface ClientRow {
  first_name: string;
  last_name: string;
  address: string;
  license_number: string;
}

interface RentRow {
  /** A licence number. */
  client: string;
  creation_datetime: string;
  lines: { copy: string; returned_datetime: string | null }[];
}

/**
 * The invented shop kept as JSON in `folder`.
 * @throws UnusableInput
 */
export async function readDatasets(folder: string): Promise<Shop> {
  const [genres, movies, clients, rents] = await Promise.all([
    read<GenreFields>(folder, 'genres.json'),
    read<ShopMovie>(folder, 'movies.json'),
    read<ClientRow>(folder, 'clients.json'),
    read<RentRow>(folder, 'rents.json'),
  ]);
  const positions = new Map(clients.map((client, position) => [client.license_number, position]));
  return {
    genres,
    movies,
    clients: clients.map((client) => ({
      firstName: client.first_name,
      lastName: client.last_name,
      address: client.address,
      licenseNumber: client.license_number,
    })),
    rents: rents.map((rent) => ({
      client: referred(positions, rent.client, 'client'),
      creationDatetime: new Date(rent.creation_datetime),
      lines: rent.lines.map((line) => ({
        copy: line.copy,
        returnedDatetime: line.returned_datetime === null ? null : new Date(line.returned_datetime),
      })),
    })),
  };
}

/** Takes the rows at their word: the files are the project's own. */
async function read<Row>(folder: string, file: string): Promise<Row[]> {
  const remedy = 'The datasets come with the project; run this from its folder, or restore them with git.';
  return JSON.parse(await readInput(folder, file, remedy)) as Row[];
}
