import { PageQuery, SortParameter } from '../../platform/http/paging/page-query.js';
import { DateParameter } from '../../platform/http/dto/calendar-fields.js';
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

  @IntegerParameter({ description: 'Only rentals with a copy of this movie.', minimum: 1, maximum: maxId })
  movie_id?: number;

  @DateParameter({ description: "Only rentals of this date of the shop's calendar and later." })
  created_from?: string;

  @DateParameter({ description: 'Only rentals of this date and earlier.' })
  created_to?: string;

  @SortParameter('MovieRentOrder', { id: 'integer', creation_datetime: 'text' })
  sort: string = 'id';

  toFilter(): RentFilter {
    return {
      isClosed: this.is_closed,
      movieCopyId: this.movie_copy_id,
      movieId: this.movie_id,
      createdFrom: this.created_from,
      createdTo: this.created_to,
    } satisfies Record<keyof Omit<RentFilter, 'clientId'>, unknown>;
  }

  protected override get kind(): string {
    return 'ListRentsOfClient';
  }
}

export class ListMovieRents extends ListRentsOfClient {
  @IntegerParameter({ description: 'Only rentals of this client.', minimum: 1, maximum: maxId })
  client_id?: number;

  override toFilter(): RentFilter {
    return { ...super.toFilter(), clientId: this.client_id };
  }

  protected override get kind(): string {
    return 'ListMovieRents';
  }
}
