import { PageQuery, SortParameter } from '../../platform/http/paging/page-query.js';
import { maxId } from '../../platform/http/dto/path-id.js';
import {
  ExpandParameter,
  FlagParameter,
  IntegerParameter,
  SearchParameter,
} from '../../platform/http/dto/query-parameters.js';
import type { MovieFilter } from '../movie.repository.js';

export class GetMovie {
  @ExpandParameter('MovieExpansion', 'genre')
  expand?: 'genre';
}

export class ListMoviesOfGenre extends PageQuery {
  @ExpandParameter('MovieExpansion', 'genre')
  expand?: 'genre';

  @SortParameter('MovieOrder', { id: 'integer', title: 'text', year: 'integer' })
  sort: string = 'id';

  protected override get kind(): string {
    return 'ListMoviesOfGenre';
  }
}

export class ListMovies extends ListMoviesOfGenre {
  @SearchParameter({
    description:
      'Words, or parts of words, that all occur in the title, in any order, regardless of case and accents. ' +
      'Variants of apostrophes, hyphens and blanks are equivalent.',
    example: 'samurai',
  })
  title?: string;

  @SearchParameter({
    description: "The same, of the director's name. A movie without a director is not found.",
    example: 'kurosawa',
  })
  director?: string;

  @IntegerParameter({ description: 'Only movies of this genre.', minimum: 1, maximum: maxId })
  genre_id?: number;

  @IntegerParameter({ description: 'Only movies of this year.', minimum: 0, maximum: maxId })
  year?: number;

  @FlagParameter({ description: 'Only movies with an available copy, or only movies without.' })
  available?: boolean;

  toFilter(): MovieFilter {
    const { title, director, genre_id: genreId, year, available } = this;
    return { title, director, genreId, year, available } satisfies Record<keyof MovieFilter, unknown>;
  }

  protected override get kind(): string {
    return 'ListMovies';
  }
}
