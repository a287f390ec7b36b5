import { ExactlyOneOf, IdField, ReadOnlyMembersOf, ListField } from '../../platform/http/dto/fields.js';
import type { OrderedLine, RentOrder } from '../basket.js';
import { MovieRentDetailDto, MovieRentDto, maxLines } from './movie-rent.dto.js';

/** A line: this very copy, or any free copy of that movie. */
@ReadOnlyMembersOf(MovieRentDetailDto, 'movie_rent_id', 'lent_datetime', 'returned_datetime', 'movie_copy')
export class MovieRentLineInput {
  @IdField({ description: 'In a PUT, the line that is meant; otherwise ignored.', optional: true })
  id?: number | null;

  @ExactlyOneOf({ movie_copy_id: 'MovieRentCopyLineInput', movie_id: 'MovieRentMovieLineInput' })
  @IdField({ description: 'The copy to lend.', optional: { beside: 'movie_id' } })
  movie_copy_id?: number | null;

  @IdField({ description: 'The movie to lend any free copy of.', optional: true })
  movie_id?: number | null;

  toLine(): OrderedLine {
    const { id, movie_copy_id: movieCopyId, movie_id: movieId } = this;
    return { id: id ?? undefined, movieCopyId: movieCopyId ?? undefined, movieId: movieId ?? undefined };
  }
}

@ReadOnlyMembersOf(MovieRentDto, 'id', 'creation_datetime', 'closed_datetime', 'is_closed', 'client')
export class MovieRentInput {
  @IdField({ description: 'Who rents.' })
  client_id: number;

  @ListField(() => MovieRentLineInput, { description: 'A line for each copy.', minItems: 1, maxItems: maxLines })
  details: MovieRentLineInput[];

  toOrder(): RentOrder {
    return { clientId: this.client_id, lines: this.details.map((line) => line.toLine()) };
  }
}
