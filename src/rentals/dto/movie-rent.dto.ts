import { ClientDto } from '../../clients/dto/client.dto.js';
import {
  BooleanField,
  ExpansionField,
  IdField,
  InstantField,
  ListField,
  ObjectField,
  TextField,
} from '../../platform/http/dto/fields.js';
import { MovieSummaryDto } from '../../movies/dto/movie.dto.js';
import type { MovieCopy } from '../../movies/movie-copy.entity.js';
import type { MovieRent, MovieRentDetail } from '../movie-rent.entity.js';

/** Maximum lines of a rental. */
export const maxLines = 100;

/** A copy in a rental, with its movie. */
class RentedCopyDto {
  @IdField({ description: 'Id of the copy.' })
  id: number;

  @TextField({ description: 'Barcode.', maxLength: 64, example: 'DVD-0001' })
  code: string;

  @IdField({ description: 'Id of the movie on it.' })
  movie_id: number;

  @ObjectField(() => MovieSummaryDto, { description: 'The movie on it.' })
  movie: MovieSummaryDto;

  constructor(copy: MovieCopy) {
    this.id = copy.id;
    this.code = copy.code;
    this.movie_id = copy.movieId;
    this.movie = new MovieSummaryDto(copy.movie!);
  }
}

export class MovieRentDetailDto {
  @IdField({ description: 'Id of the line.', example: 8, origin: 'assigned' })
  id: number;

  @IdField({ description: 'Id of the rental it belongs to.', example: 5, origin: 'assigned' })
  movie_rent_id: number;

  @IdField({ description: 'Id of the rented copy.' })
  movie_copy_id: number;

  @InstantField({ description: 'When the copy was rented.', example: '2026-01-14T15:38:03.104Z' })
  lent_datetime: string;

  @InstantField({
    description: 'When the copy was returned; null while it is out.',
    nullable: true,
    example: '2026-01-16T18:01:13.973Z',
  })
  returned_datetime: string | null;

  @ObjectField(() => RentedCopyDto, { description: 'The rented copy.', derived: true })
  movie_copy: RentedCopyDto;

  constructor(line: MovieRentDetail) {
    this.id = line.id;
    this.movie_rent_id = line.movieRentId;
    this.movie_copy_id = line.movieCopyId;
    this.lent_datetime = line.lentDatetime.toISOString();
    this.returned_datetime = line.returnedDatetime?.toISOString() ?? null;
    this.movie_copy = new RentedCopyDto(line.movieCopy!);
  }
}

export class MovieRentDto {
  @IdField({ description: 'Id of the rental.', example: 5, origin: 'assigned' })
  id: number;

  @IdField({ description: 'Id of the client who rents.', example: 9 })
  client_id: number;

  @InstantField({ description: 'When the rental was created.', example: '2026-01-14T15:38:03.104Z' })
  creation_datetime: string;

  @InstantField({
    description: 'When the last copy was returned; null while one is out.',
    nullable: true,
    example: '2026-01-16T18:01:13.973Z',
  })
  closed_datetime: string | null;

  @BooleanField({ description: 'Whether all copies were returned.', derived: true, example: true })
  is_closed: boolean;

  @ListField(() => MovieRentDetailDto, { description: 'One line per copy.', minItems: 1, maxItems: maxLines })
  details: MovieRentDetailDto[];

  @ExpansionField(() => ClientDto, 'The client who rents, with `expand=client`.')
  client?: ClientDto;

  constructor(rent: MovieRent) {
    this.id = rent.id;
    this.client_id = rent.clientId;
    this.creation_datetime = rent.creationDatetime.toISOString();
    this.closed_datetime = rent.closedDatetime?.toISOString() ?? null;
    this.is_closed = rent.isClosed;
    this.details = rent.details.map((line) => new MovieRentDetailDto(line));
    if (rent.client) this.client = new ClientDto(rent.client);
  }

  static of = (rent: MovieRent): MovieRentDto => new this(rent);
}
