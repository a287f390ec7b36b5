import { ApiSchema } from '@nestjs/swagger';
import {
  ChoicesField,
  ExactlyOneOf,
  IdField,
  ListField,
  ObjectField,
  TextField,
} from '../../../platform/http/dto/fields.js';
import { maxLines } from '../../dto/movie-rent.dto.js';
import type { LineName } from '../../line-name.js';
import { overridableRenewalRules, type OverridableRenewalRule } from '../renewal-rules.js';
import type { RenewalOrder } from '../renewals.service.js';

/** A line to renew: by its id, or by its copy. */
@ApiSchema({ name: 'RenewalLineInput' })
export class RenewalLineInput {
  @ExactlyOneOf({ id: 'RenewalByIdInput', movie_copy_id: 'RenewalByCopyInput', code: 'RenewalByCodeInput' })
  @IdField({ description: 'Id of the line.', optional: true })
  id?: number | null;

  @IdField({ description: 'Id of the copy.', optional: true })
  movie_copy_id?: number | null;

  @TextField({
    description: 'Barcode of the copy, as the scanner reads it.',
    maxLength: 64,
    kind: 'code',
    optional: true,
    example: 'DVD-0001',
  })
  code?: string | null;

  toName(): LineName {
    return {
      id: this.id ?? undefined,
      movieCopyId: this.movie_copy_id ?? undefined,
      code: this.code ?? undefined,
    } satisfies Record<keyof LineName, unknown>;
  }
}

/** Lifts rules that refuse a renewal. */
@ApiSchema({ name: 'RenewalOverrideInput' })
export class RenewalOverrideInput {
  @ChoicesField({
    description: 'The rules to lift.',
    name: 'OverridableRenewalRule',
    choices: overridableRenewalRules,
    example: ['renewal_limit_reached'],
  })
  rules!: OverridableRenewalRule[];

  @TextField({
    description: 'Why they are lifted. Recorded.',
    maxLength: 500,
    kind: 'prose',
    example: 'The client is in hospital.',
  })
  comment!: string;
}

@ApiSchema({ name: 'RenewalsInput' })
export class RenewalsInput {
  @ListField(() => RenewalLineInput, { description: 'The lines to renew.', minItems: 1, maxItems: maxLines })
  details!: RenewalLineInput[];

  @ObjectField(() => RenewalOverrideInput, { description: 'Lifts rules by name, with a comment.', optional: true })
  override?: RenewalOverrideInput | null;

  toOrder(): RenewalOrder {
    return { lines: this.details.map((line) => line.toName()), override: this.override ?? undefined };
  }
}
