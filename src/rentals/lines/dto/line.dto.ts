import { ApiSchema } from '@nestjs/swagger';
import { ClientDto } from '../../../clients/dto/client.dto.js';
import type { Clock } from '../../../kernel/clock.js';
import { ExpansionField, IdField } from '../../../platform/http/dto/fields.js';
import { MovieRentDetailDto } from '../../dto/movie-rent.dto.js';
import type { MovieRentDetail } from '../../movie-rent.entity.js';

/** A line of a rental by itself, with the client who has the copy. */
@ApiSchema({ name: 'Line' })
export class LineDto extends MovieRentDetailDto {
  @IdField({ description: 'Id of the client of its rental.', example: 9 })
  client_id!: number;

  @ExpansionField(() => ClientDto, 'The client of its rental, with `expand=client`.')
  client?: ClientDto;

  constructor(line: MovieRentDetail, now: Date) {
    super(line, now);
    this.client_id = line.movieRent!.clientId;
    if (line.movieRent!.client) this.client = new ClientDto(line.movieRent!.client);
  }

  /** Returns a function that converts lines, as of the clock's time. */
  static at =
    (clock: Clock) =>
    (line: MovieRentDetail): LineDto =>
      new LineDto(line, clock.now());
}
