import { ApiSchema } from '@nestjs/swagger';
import { type ServiceState, serviceStates } from '../../../movies/movie-copy.entity.js';
import type { Clock } from '../../../kernel/clock.js';
import { ChoiceField, IdField, ListField, ObjectField, TextField } from '../../../platform/http/dto/fields.js';
import { maxLines, MovieRentDetailDto } from '../../dto/movie-rent.dto.js';
import { type ReturnedCopy, type ReturnOutcome, returnOutcomes } from '../returned-stack.js';

@ApiSchema({ name: 'ReturnedCopy' })
class ReturnedCopyDto {
  @TextField({ description: 'The barcode of the request.', maxLength: 64, nullable: true, example: 'DVD-0005' })
  code!: string | null;

  @IdField({ description: 'The id of the request.', nullable: true, example: null })
  movie_copy_id!: number | null;

  @ChoiceField({
    description:
      '`returned`: by this request. `already_in`: it was not out, or appears twice. `unknown`: there is no such copy.',
    name: 'ReturnOutcome',
    choices: returnOutcomes,
    example: 'returned',
  })
  outcome!: ReturnOutcome;

  @ChoiceField({
    description:
      'State of the copy now; null for an unknown one. A copy that was not out keeps its state: one that is `lost` is ' +
      'put in service again by `PATCH /movie_copies/{id}`.',
    name: 'ServiceState',
    choices: serviceStates,
    nullable: true,
    example: 'in_service',
  })
  service_state!: ServiceState | null;

  @ObjectField(() => MovieRentDetailDto, {
    description: 'The last line with the copy; null if it was never lent.',
    nullable: true,
  })
  line!: MovieRentDetailDto | null;

  constructor({ name, outcome, serviceState, line }: ReturnedCopy, now: Date) {
    this.code = name.code ?? null;
    this.movie_copy_id = name.movieCopyId ?? null;
    this.outcome = outcome;
    this.service_state = serviceState ?? null;
    this.line = line ? new MovieRentDetailDto(line, now) : null;
  }
}

/** The outcome of each copy of a stack, in the order of the request. */
@ApiSchema({ name: 'ReturnedStack' })
export class ReturnedStackDto {
  @ListField(() => ReturnedCopyDto, {
    description: 'The outcomes, in the order of the request.',
    minItems: 1,
    maxItems: maxLines,
  })
  copies!: ReturnedCopyDto[];

  constructor(copies: readonly ReturnedCopy[], now: Date) {
    this.copies = copies.map((copy) => new ReturnedCopyDto(copy, now));
  }

  static at =
    (clock: Clock) =>
    (copies: readonly ReturnedCopy[]): ReturnedStackDto =>
      new ReturnedStackDto(copies, clock.now());
}
