import { PageQuery, SortParameter } from '../../http/paging.js';

export class ListGenres extends PageQuery {
  @SortParameter('GenreOrder', { id: 'integer', name: 'text' })
  sort: string = 'id';
}
