import { DomainError, type ErrorDescription } from '../kernel/domain-error.js';

export class GenreNameTaken extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'genre-name-taken',
    category: 'conflict',
    title: 'Genre name taken',
    extensions: { genreName: 'string' },
    example: () => new GenreNameTaken('Science fiction'),
  };

  constructor(readonly genreName: string) {
    super(`A genre named "${genreName}" already exists (names are case-insensitive).`);
  }
}

export class GenreInUse extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'genre-in-use',
    category: 'conflict',
    title: 'Genre in use',
    extensions: { movies: 'integer' },
    example: () => new GenreInUse(3),
  };

  /** @param movies number of movies of the genre */
  constructor(readonly movies: number) {
    super(`The genre is used by ${movies} ${movies === 1 ? 'movie' : 'movies'} and cannot be deleted.`);
  }
}
