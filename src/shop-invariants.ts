import { Client } from './clients/client.entity.js';
import { Genre } from './genres/genre.entity.js';
import { MovieCopy } from './movies/movie-copy.entity.js';
import { Movie } from './movies/movie.entity.js';
import { eventInvariants } from './event-invariants.js';
import { eventReferences } from './event-references.js';
import { derivedText } from './platform/verification/derived-text.js';
import type { EntityInvariant } from './platform/verification/invariant.js';
import { rentalInvariants } from './rentals/invariants/rental-invariants.js';

/** The invariants of all features, for `npm run verify`. */
export const shopInvariants: readonly EntityInvariant[] = [
  derivedText(Genre, Genre.columnsOf, ['nameKey']),
  derivedText(Movie, Movie.columnsOf, ['titleSearch', 'directorSearch']),
  derivedText(MovieCopy, MovieCopy.columnsOf, ['codeKey']),
  derivedText(Client, Client.columnsOf, ['nameSearch', 'nameSort', 'licenseKey']),
  ...rentalInvariants,
  ...eventInvariants,
  ...eventReferences,
];
