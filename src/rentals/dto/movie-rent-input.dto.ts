import { ApiSchema } from '@nestjs/swagger';
import { ExactlyOneOf, IdField, ReadOnlyMembersOf, ListField } from '../../platform/http/dto/fields.js';
import type { OrderedLine, RentOrder } from '../checkout/basket.js';
import { MovieRentDetailDto, MovieRentDto, maxLines } from './movie-rent.dto.js';

/** A line of a rental: a specific copy, or any available copy of a movie. */
@ReadOnlyMembersOf(
  MovieRentDetailDto,
  'movie_rent_id',
  'lent_datetime',
  'returned_datetime',
  'lost_datetime',
  'due_on',
  'due_datetime',
  'is_overdue',
  'days_overdue',
  'renewals',
  'rental_days',
  'rental_rate',
  'late_fee_per_day',
  'grace_days',
  'max_late_fee',
  'replacement_cost',
  'movie_copy',
)
@ApiSchema({ name: 'MovieRentLineInput' })
export class MovieRentLineInput {
  @IdField({ description: 'In a PUT, the id of an existing line; otherwise ignored.', optional: true })
  id?: number | null;

  @ExactlyOneOf({ movie_copy_id: 'MovieRentCopyLineInput', movie_id: 'MovieRentMovieLineInput' })
  @IdField({ description: 'Id of the copy to rent.', optional: { beside: 'movie_id' } })
  movie_copy_id?: number | null;

  @IdField({ description: 'Id of the movie of which to rent any available copy.', optional: true })
  movie_id?: number | null;

  toLine(): OrderedLine {
    const { id, movie_copy_id: movieCopyId, movie_id: movieId } = this;
    return {
      id: id ?? undefined,
      movieCopyId: movieCopyId ?? undefined,
      movieId: movieId ?? undefined,
    } satisfies Record<keyof OrderedLine, unknown>;
  }
}

@ReadOnlyMembersOf(MovieRentDto, 'id', 'creation_datetime', 'closed_datetime', 'is_closed', 'voided_datetime', 'client')
@ApiSchema({ name: 'MovieRentInput' })
export class MovieRentInput {
  @IdField({ description: 'Id of the client who rents.' })
  client_id!: number;

  @ListField(() => MovieRentLineInput, { description: 'One line per copy.', minItems: 1, maxItems: maxLines })
  details!: MovieRentLineInput[];

  toOrder(): RentOrder {
    return { clientId: this.client_id, lines: this.details.map((line) => line.toLine()) };
  }
}
