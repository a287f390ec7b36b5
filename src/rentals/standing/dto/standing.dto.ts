import { ApiSchema } from '@nestjs/swagger';
import { ClientBlockDto } from '../../../clients/blocks/dto/client-block.dto.js';
import { IdField, IntegerField, ListField } from '../../../platform/http/dto/fields.js';
import { maxId } from '../../../platform/http/dto/path-id.js';
import { refusalDocuments, RefusalsField } from '../../../platform/http/dto/refusals.js';
import { MovieRentDetailDto } from '../../dto/movie-rent.dto.js';
import { maxOpenLines } from '../standing.repository.js';
import type { Standing } from '../standing.service.js';

const count = { minimum: 0, maximum: maxId };
const maxBlocks = 200;

/** The open loans of a client, and the rules that refuse further ones. */
@ApiSchema({ name: 'Standing' })
export class StandingDto {
  @IdField({ description: 'Id of the client.', example: 2 })
  client_id!: number;

  @IntegerField({ ...count, description: 'Copies that are out.', example: 0 })
  open_copies!: number;

  @IntegerField({ ...count, description: 'Copies that are out after their due date.', example: 0 })
  overdue_copies!: number;

  @IntegerField({
    ...count,
    description: "Copies that the client may have out: the client's own limit, else the shop's; null if there is none.",
    nullable: true,
    example: null,
  })
  max_open_copies!: number | null;

  @ListField(() => MovieRentDetailDto, {
    description: 'The open lines, the first due first; at most 200.',
    maxItems: maxOpenLines,
  })
  details!: MovieRentDetailDto[];

  @ListField(() => ClientBlockDto, { description: 'The blocks that are active today.', maxItems: maxBlocks })
  blocks!: ClientBlockDto[];

  @RefusalsField({ description: 'Refusals of a rental of one more copy now.' })
  refusals!: object[];

  constructor({ clientId, now, counts, limit, lines, blocks, refusals }: Standing) {
    this.client_id = clientId;
    this.open_copies = counts.open;
    this.overdue_copies = counts.overdue;
    this.max_open_copies = limit;
    this.details = lines.map((line) => new MovieRentDetailDto(line, now));
    this.blocks = blocks.slice(0, maxBlocks).map(ClientBlockDto.of);
    this.refusals = refusalDocuments(refusals);
  }
}
