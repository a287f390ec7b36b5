import { ApiSchema } from '@nestjs/swagger';
import { IdField } from '../../platform/http/dto/fields.js';
import { CommentInput } from '../../rentals/returns/dto/returns-input.dto.js';
import type { Merge } from '../merge.js';

/** A client to merge into another. */
@ApiSchema({ name: 'ClientMergeInput' })
export class ClientMergeInput extends CommentInput {
  @IdField({ description: 'Id of the duplicate, which is deleted.', example: 14 })
  client_id!: number;

  toMerge(): Merge {
    return { duplicateId: this.client_id, comment: this.comment };
  }
}

/** A movie to merge into another. */
@ApiSchema({ name: 'MovieMergeInput' })
export class MovieMergeInput extends CommentInput {
  @IdField({ description: 'Id of the duplicate, which is deleted.', example: 31 })
  movie_id!: number;

  toMerge(): Merge {
    return { duplicateId: this.movie_id, comment: this.comment };
  }
}
