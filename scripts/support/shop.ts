import type { ClientFields } from '../../src/clients/client.entity.js';
import type { GenreFields } from '../../src/genres/genre.entity.js';
import type { MovieFields } from '../../src/movies/movie.entity.js';

/** A whole shop as data. Nothing in it has an id yet: things refer to each other by what people know them by. */
export interface Shop {
  readonly genres: readonly GenreFields[];
  readonly movies: readonly ShopMovie[];
  readonly clients: readonly ClientFields[];
  readonly rents: readonly ShopRent[];
}

export interface ShopMovie extends Omit<MovieFields, 'genreId'> {
  /** The name of its genre. */
  readonly genre: string;
  /** The codes of its copies. */
  readonly copies: readonly string[];
}

interface ShopRent {
  /** Which of the shop's clients, by position: not every client has a licence number to be known by. */
  readonly client: number;
  readonly creationDatetime: Date;
  readonly lines: readonly ShopRentLine[];
}

interface ShopRentLine {
  /** The copy's code. */
  readonly copy: string;
  /** Null as long as the copy is out. */
  readonly returnedDatetime: Date | null;
}

/** How many of each there are, in the order they are stored in. */
export interface Counts {
  readonly genres: number;
  readonly movies: number;
  readonly copies: number;
  readonly clients: number;
  readonly rents: number;
}

export function countOf({ genres, movies, clients, rents }: Shop): Counts {
  return {
    genres: genres.length,
    movies: movies.length,
    copies: movies.reduce((copies, movie) => copies + movie.copies.length, 0),
    clients: clients.length,
    rents: rents.length,
  };
}
