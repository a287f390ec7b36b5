import { ApiSchema } from '@nestjs/swagger';
import { ChoiceField, ExactlyOneOf, IdField, ListField, TextField } from '../../../platform/http/dto/fields.js';
import { maxLines } from '../../dto/movie-rent.dto.js';
import type { CopyName } from '../returned-stack.js';
import type { ReturnOrder } from '../return-order.js';

const conditions = ['ok', 'damaged'] as const;
const codeField = {
  description: 'Barcode of the copy, as the scanner reads it.',
  maxLength: 64,
  kind: 'code',
} as const;

/** A line to return: by its id, or by its copy. */
@ApiSchema({ name: 'ReturnLineInput' })
export class ReturnLineInput {
  @ExactlyOneOf({ id: 'ReturnByIdInput', movie_copy_id: 'ReturnByCopyInput', code: 'ReturnByCodeInput' })
  @IdField({ description: 'Id of the line.', optional: true })
  id?: number | null;

  @IdField({ description: 'Id of the copy.', optional: true })
  movie_copy_id?: number | null;

  @TextField({ ...codeField, optional: true, example: 'DVD-0001' })
  code?: string | null;

  @ChoiceField({
    description: 'Condition of the copy; `ok` if absent. A damaged copy goes to maintenance.',
    name: 'ReturnCondition',
    choices: conditions,
    optional: true,
    example: 'ok',
  })
  condition?: (typeof conditions)[number] | null;

  @TextField({
    description: 'What was noticed about the copy. Recorded with the return.',
    maxLength: 500,
    kind: 'prose',
    optional: true,
    example: 'The case is cracked.',
  })
  note?: string | null;

  toReturn(): ReturnOrder {
    return {
      id: this.id ?? undefined,
      movieCopyId: this.movie_copy_id ?? undefined,
      code: this.code ?? undefined,
      isDamaged: this.condition === 'damaged',
      note: this.note ?? undefined,
    } satisfies Record<keyof ReturnOrder, unknown>;
  }
}

@ApiSchema({ name: 'ReturnsInput' })
export class ReturnsInput {
  @ListField(() => ReturnLineInput, { description: 'The lines to return.', minItems: 1, maxItems: maxLines })
  details!: ReturnLineInput[];

  toReturns(): ReturnOrder[] {
    return this.details.map((line) => line.toReturn());
  }
}

/** A copy that came back. */
@ApiSchema({ name: 'ReturnedCopyInput' })
export class ReturnedCopyInput {
  @ExactlyOneOf({ code: 'ReturnedCopyByCodeInput', movie_copy_id: 'ReturnedCopyByIdInput' })
  @TextField({ ...codeField, optional: true, example: 'DVD-0005' })
  code?: string | null;

  @IdField({ description: 'Id of the copy.', optional: true })
  movie_copy_id?: number | null;

  toName(): CopyName {
    return { code: this.code ?? undefined, movieCopyId: this.movie_copy_id ?? undefined } satisfies Record<
      keyof CopyName,
      unknown
    >;
  }
}

@ApiSchema({ name: 'ReturnedStackInput' })
export class ReturnedStackInput {
  @ListField(() => ReturnedCopyInput, { description: 'The copies, in any order.', minItems: 1, maxItems: maxLines })
  copies!: ReturnedCopyInput[];

  toNames(): CopyName[] {
    return this.copies.map((copy) => copy.toName());
  }
}

/** The reason for a correction. */
export class CommentInput {
  @TextField({
    description: 'Why it is corrected. Recorded with the correction.',
    maxLength: 500,
    kind: 'prose',
    example: 'The wrong disc was scanned.',
  })
  comment!: string;
}
