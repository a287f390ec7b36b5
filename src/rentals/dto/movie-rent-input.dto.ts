import { ApiSchema } from '@nestjs/swagger';
import {
  ChoicesField,
  ExactlyOneOf,
  IdField,
  ListField,
  ObjectField,
  ReadOnlyMembersOf,
  TextField,
} from '../../platform/http/dto/fields.js';
import { type OrderedLine, type OverridableRule, overridableRules, type RentOrder } from '../checkout/rent-order.js';
import { MovieRentDetailDto, MovieRentDto, maxLines } from './movie-rent.dto.js';

/** A line of a rental: a specific copy, by its id or barcode, or any available copy of a movie. */
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

  @ExactlyOneOf({
    movie_copy_id: 'MovieRentCopyLineInput',
    movie_id: 'MovieRentMovieLineInput',
    code: 'MovieRentCodeLineInput',
  })
  @IdField({ description: 'Id of the copy to rent.', optional: true })
  movie_copy_id?: number | null;

  @IdField({ description: 'Id of the movie of which to rent any available copy.', optional: true })
  movie_id?: number | null;

  @TextField({
    description: 'Barcode of the copy to rent, regardless of case, width and the spaces around it.',
    maxLength: 64,
    kind: 'code',
    optional: true,
    example: 'DVD-0001',
  })
  code?: string | null;

  toLine(): OrderedLine {
    const { id, movie_copy_id: movieCopyId, movie_id: movieId, code } = this;
    return {
      id: id ?? undefined,
      movieCopyId: movieCopyId ?? undefined,
      movieId: movieId ?? undefined,
      code: code ?? undefined,
    } satisfies Record<keyof OrderedLine, unknown>;
  }
}

/** Lifts rules of the shop for one request. */
@ApiSchema({ name: 'OverrideInput' })
export class OverrideInput {
  @ChoicesField({
    description: 'The rules to lift. A copy that is not in service is put back in service.',
    name: 'OverridableRule',
    choices: overridableRules,
  })
  rules!: OverridableRule[];

  @TextField({
    description: 'Why they are lifted. Recorded.',
    maxLength: 500,
    kind: 'prose',
    example: 'Regular client',
  })
  comment!: string;
}

@ReadOnlyMembersOf(MovieRentDto, 'id', 'creation_datetime', 'closed_datetime', 'is_closed', 'voided_datetime', 'client')
@ApiSchema({ name: 'MovieRentInput' })
export class MovieRentInput {
  @IdField({ description: 'Id of the client who rents.' })
  client_id!: number;

  @ListField(() => MovieRentLineInput, { description: 'One line per copy, at least one.', maxItems: maxLines })
  details!: MovieRentLineInput[];

  @ObjectField(() => OverrideInput, {
    description: 'Lifts rules that would refuse the request. Lifted rules are recorded.',
    optional: true,
  })
  override?: OverrideInput | null;

  toOrder(): RentOrder {
    return {
      clientId: this.client_id,
      lines: this.details.map((line) => line.toLine()),
      override: this.override ?? undefined,
    };
  }
}
