import type { ClientBlock } from '../../src/clients/client-block.entity.js';
import type { ClientFields } from '../../src/clients/client.entity.js';
import type { GenreFields } from '../../src/genres/genre.entity.js';
import type { MovieFields } from '../../src/movies/movie.entity.js';
import type { MovieCopy } from '../../src/movies/movie-copy.entity.js';
import type { TermsOfLine } from '../../src/rentals/movie-rent.entity.js';
import type { Renewal } from '../../src/rentals/renewals/renewal.entity.js';
import type { Place } from './faults.js';

/** The data of a whole shop from one source. Its rows refer to each other by their ids in the source. */
export interface Shop {
  /** Names the source. Rows of two sources are different rows, even with the same id. */
  readonly source: string;
  readonly genres: readonly SourceRow<GenreFields>[];
  readonly movies: readonly SourceRow<Omit<MovieFields, 'genreId'> & { genre: string }>[];
  readonly copies: readonly SourceRow<Pick<MovieCopy, 'code'> & { movie: string }>[];
  readonly clients: readonly SourceRow<ClientFields & { readonly blocks?: readonly ShopBlock[] }>[];
  readonly rents: readonly SourceRow<ShopRent>[];
}

export type SourceRow<Fields> = Readonly<Fields> & {
  /** Unique among the source's rows of the same kind, and the same at every import. */
  readonly sourceId: string;
  /** The place of the row, or of one of its members, in the files. */
  readonly at: (member?: string) => Place;
};

type ShopBlock = Pick<ClientBlock, 'reason' | 'until' | 'creationDatetime'>;

export interface ShopRent {
  readonly client: string;
  readonly creationDatetime: Date;
  readonly lines: readonly ShopRentLine[];
}

export interface ShopRentLine {
  readonly copy: string;
  /** Null as long as the copy is out. */
  readonly returnedDatetime: Date | null;
  /** Undefined if none are known. */
  readonly terms?: TermsOfLine;
  /** The renewal by which it has its due date. */
  readonly renewal?: Pick<Renewal, 'creationDatetime' | 'formerDueOn' | 'dueOn'>;
}

/** The numbers of rows, in the order in which they are stored. */
export type Counts = Readonly<Record<'genres' | 'movies' | 'copies' | 'clients' | 'rents', number>>;

export function countOf({ genres, movies, copies, clients, rents }: Shop): Counts {
  return {
    genres: genres.length,
    movies: movies.length,
    copies: copies.length,
    clients: clients.length,
    rents: rents.length,
  };
}
