import { PageQuery, SortParameter } from '../../http/paging.js';

export class ListGenres extends PageQuery {
  @SortParameter('id', 'name')
  sort: string = 'id';
}
