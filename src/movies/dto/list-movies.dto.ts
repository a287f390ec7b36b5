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
}

export class ListMovies extends ListMoviesOfGenre {
  @SearchParameter({
    description:
      'Words, or parts of words, that are all in the title, in any order and case, with or without accents. ' +
      'Kinds of apostrophes, hyphens and blanks count as one.',
    example: 'samurai',
  })
  title?: string;

  @IntegerParameter({ description: 'Only those of this genre.', minimum: 1, maximum: maxId })
  genre_id?: number;

  @IntegerParameter({ description: 'Only those of this year.', minimum: 0, maximum: maxId })
  year?: number;

  @FlagParameter({ description: 'Only those of which a copy can be lent now, or only the others.' })
  available?: boolean;

  toFilter(): MovieFilter {
    return { title: this.title, genreId: this.genre_id, year: this.year, available: this.available };
  }
}
