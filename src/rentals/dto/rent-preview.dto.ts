import { ApiSchema } from '@nestjs/swagger';
import { BooleanField, IdField, InstantField, ListField, TextField } from '../../platform/http/dto/fields.js';
import { DateField } from '../../platform/http/dto/calendar-fields.js';
import { FlagParameter } from '../../platform/http/dto/query-parameters.js';
import { refusalDocuments, RefusalsField } from '../../platform/http/dto/refusals.js';
import type { Lending } from '../movie-rent-detail.repository.js';
import type { RentPreview } from '../rentals.service.js';
import { maxLines } from './movie-rent.dto.js';

export class RentMovies {
  @FlagParameter({ description: 'Only check the request: nothing is rented, and no Idempotency-Key is stored.' })
  dry_run?: boolean;
}

@ApiSchema({ name: 'LinePreview' })
class LinePreviewDto {
  @TextField({ description: 'The line of the request, as a JSON pointer.', maxLength: 64, example: '#/details/0' })
  pointer!: string;

  @IdField({ description: 'Id of the copy that would be rented.' })
  movie_copy_id!: number;

  @IdField({ description: 'Id of the movie on it.' })
  movie_id!: number;

  @TextField({ description: 'Barcode of the copy.', maxLength: 64, example: 'DVD-0001' })
  code!: string;

  @DateField({
    description: 'Date on which the copy would be due; null if the shop sets no rental days.',
    nullable: true,
    example: null,
  })
  due_on!: string | null;

  @InstantField({ description: "Last instant of that date in the shop's time zone.", nullable: true, example: null })
  due_datetime!: string | null;

  constructor({ copy, terms }: Lending, index: number) {
    this.pointer = `#/details/${index}`;
    this.movie_copy_id = copy.id;
    this.movie_id = copy.movieId;
    this.code = copy.code;
    this.due_on = terms.dueOn;
    this.due_datetime = terms.dueDatetime?.toISOString() ?? null;
  }
}

/** The result of a dry run: the refusals and due dates of a rental. */
@ApiSchema({ name: 'RentPreview' })
export class RentPreviewDto {
  @BooleanField({ description: 'Whether the rental would be created.', example: true })
  allowed!: boolean;

  @RefusalsField({ description: 'All refusals, as in the `errors` of a problem.' })
  refusals!: object[];

  @ListField(() => LinePreviewDto, { description: 'The lines whose copies were found.', maxItems: maxLines })
  details!: LinePreviewDto[];

  constructor({ refusals, lendings }: RentPreview) {
    this.allowed = refusals.length === 0;
    this.refusals = refusalDocuments(refusals);
    this.details = lendings.flatMap((lending, index) => (lending ? [new LinePreviewDto(lending, index)] : []));
  }
}
