import { DomainError, type ErrorDescription } from '../kernel/domain-error.js';

export class GenreNameTaken extends DomainError {
  static readonly description: ErrorDescription = {
    category: 'conflict',
    title: 'Genre name taken',
    extensions: { genreName: 'string' },
    example: () => new GenreNameTaken('Science fiction'),
  };

  constructor(readonly genreName: string) {
    super(`There is already a genre called ${genreName}, in this or another case, width or spelling of signs.`);
  }
}

export class GenreInUse extends DomainError {
  static readonly description: ErrorDescription = {
    category: 'conflict',
    title: 'Genre in use',
    extensions: { movies: 'integer' },
    example: () => new GenreInUse(3),
  };

  /** @param movies how many movies are of the genre */
  constructor(readonly movies: number) {
    super(`The genre can't be deleted: ${movies} ${movies === 1 ? 'movie is' : 'movies are'} of it.`);
  }
}
