import { ClientDto } from '../../clients/dto/client.dto.js';
import {
  BooleanField,
  ExpansionField,
  IdField,
  InstantField,
  ListField,
  ObjectField,
  TextField,
} from '../../http/fields.js';
import { MovieSummaryDto } from '../../movies/dto/movie.dto.js';
import type { MovieCopy } from '../../movies/movie-copy.entity.js';
import type { MovieRentDetail } from '../movie-rent-detail.entity.js';
import type { MovieRent } from '../movie-rent.entity.js';

/** The lines a rental can have. */
export const mostLines = 100;

/** A copy as a rental shows it, with its movie. */
class RentedCopyDto {
  @IdField({ description: 'Names the copy.' })
  id: number;

  @TextField({ description: 'The barcode it is found by.', maxLength: 64, example: 'DVD-0042' })
  code: string;

  @IdField({ description: 'The movie that is on it.' })
  movie_id: number;

  @ObjectField(() => MovieSummaryDto, { description: 'The movie that is on it.' })
  movie: MovieSummaryDto;

  static of({ id, code, movieId, movie }: MovieCopy): RentedCopyDto {
    return Object.assign(new RentedCopyDto(), { id, code, movie_id: movieId, movie: MovieSummaryDto.summary(movie!) });
  }
}

export class MovieRentDetailDto {
  @IdField({ description: 'Names the line.' })
  id: number;

  @IdField({ description: 'The rental it belongs to.' })
  movie_rent_id: number;

  @IdField({ description: 'The copy that was lent.' })
  movie_copy_id: number;

  @InstantField({ description: 'When it came back; null while it is out.', nullable: true, example: null })
  returned_datetime: string | null;

  @ObjectField(() => RentedCopyDto, { description: 'The copy that was lent.' })
  movie_copy: RentedCopyDto;

  static of({ id, movieRentId, movieCopyId, returnedDatetime, movieCopy }: MovieRentDetail): MovieRentDetailDto {
    return Object.assign(new MovieRentDetailDto(), {
      id,
      movie_rent_id: movieRentId,
      movie_copy_id: movieCopyId,
      returned_datetime: returnedDatetime?.toISOString() ?? null,
      movie_copy: RentedCopyDto.of(movieCopy!),
    });
  }
}

export class MovieRentDto {
  @IdField({ description: 'Names the rental.' })
  id: number;

  @IdField({ description: 'Who rents.' })
  client_id: number;

  @InstantField({ description: 'When the copies were lent.', example: '2026-11-20T18:30:00.000Z' })
  creation_datetime: string;

  @InstantField({ description: 'When the last copy came back; null while one is out.', nullable: true, example: null })
  closed_datetime: string | null;

  @BooleanField({ description: 'Whether everything came back.', example: false })
  is_closed: boolean;

  @ListField(() => MovieRentDetailDto, { description: 'A line for each copy.', minItems: 1, maxItems: mostLines })
  details: MovieRentDetailDto[];

  @ExpansionField(() => ClientDto, 'Who rents, with `expand=client`.')
  client?: ClientDto;

  static of({ id, client, clientId, creationDatetime, closedDatetime, isClosed, details }: MovieRent): MovieRentDto {
    return Object.assign(new MovieRentDto(), {
      id,
      client_id: clientId,
      creation_datetime: creationDatetime.toISOString(),
      closed_datetime: closedDatetime?.toISOString() ?? null,
      is_closed: isClosed,
      details: details.map(MovieRentDetailDto.of),
      ...(client && { client: ClientDto.of(client) }),
    });
  }
}
