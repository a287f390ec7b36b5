import { PageQuery, SortParameter } from '../../platform/http/paging/page-query.js';
import { ExpandParameter, FlagParameter, IntegerParameter } from '../../platform/http/dto/query-parameters.js';
import { maxId } from '../../platform/http/dto/path-id.js';
import type { RentFilter } from '../movie-rent.repository.js';

export class GetMovieRent {
  @ExpandParameter('MovieRentExpansion', 'client')
  expand?: 'client';
}

export class ListRentsOfClient extends PageQuery {
  @ExpandParameter('MovieRentExpansion', 'client')
  expand?: 'client';

  @FlagParameter({ description: 'Only closed rentals, or only open ones.' })
  is_closed?: boolean;

  @IntegerParameter({ description: 'Only rentals with this copy.', minimum: 1, maximum: maxId })
  movie_copy_id?: number;

  @SortParameter('MovieRentOrder', { id: 'integer', creation_datetime: 'text' })
  sort: string = 'id';

  toFilter(): RentFilter {
    const { is_closed: isClosed, movie_copy_id: movieCopyId } = this;
    return { isClosed, movieCopyId } satisfies Record<keyof Omit<RentFilter, 'clientId'>, unknown>;
  }

  protected override get kind(): string {
    return 'ListRentsOfClient';
  }
}

export class ListMovieRents extends ListRentsOfClient {
  @IntegerParameter({ description: 'Only rentals of this client.', minimum: 1, maximum: maxId })
  client_id?: number;

  override toFilter(): RentFilter {
    const { is_closed: isClosed, movie_copy_id: movieCopyId, client_id: clientId } = this;
    return { isClosed, movieCopyId, clientId } satisfies Record<keyof RentFilter, unknown>;
  }

  protected override get kind(): string {
    return 'ListMovieRents';
  }
}
