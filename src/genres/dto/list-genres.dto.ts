import { PageQuery, SortParameter } from '../../platform/http/paging/page-query.js';

export class ListGenres extends PageQuery {
  @SortParameter('GenreOrder', { id: 'integer', name: 'text' })
  sort: string = 'id';

  protected override get kind(): string {
    return 'ListGenres';
  }
}
