import { ApiSchema } from '@nestjs/swagger';
import {
  AmountField,
  IdField,
  ReadOnlyMembersOf,
  IntegerField,
  ListField,
  MergePatch,
  TextField,
} from '../../platform/http/dto/fields.js';
import { maxCopiesShown } from '../movie-copy.entity.js';
import type { MovieFields } from '../movie.entity.js';
import { maxStock, type StockOrder } from '../stock.js';
import { StockedCopyInput } from './movie-copy.dto.js';
import { MovieDto, termsFields, yearField } from './movie.dto.js';

const ownTerms = { optional: true, keptIfAbsent: true } as const;

const termsOf = (
  members: Partial<Pick<MovieMembers, 'rental_days' | 'rental_rate' | 'late_fee_per_day' | 'replacement_cost'>>,
) => ({
  rentalDays: members.rental_days,
  rentalRate: members.rental_rate,
  lateFeePerDay: members.late_fee_per_day,
  replacementCost: members.replacement_cost,
});

/** The editable members of a movie. */
class MovieMembers {
  @TextField({ description: 'Title of the movie.', maxLength: 255, example: 'The General' })
  title!: string;

  @TextField({
    description: 'Description of the movie.',
    maxLength: 5000,
    kind: 'prose',
    optional: true,
    example: 'A stolen train, and the engineer who wants it back.',
  })
  description?: string | null;

  @IntegerField({ ...yearField, example: 1926 })
  year!: number;

  @TextField({ description: 'Director of the movie.', maxLength: 255, optional: true, example: 'Buster Keaton' })
  director?: string | null;

  @IdField({ description: 'Id of its genre.' })
  genre_id!: number;

  @IntegerField({ ...termsFields.rental_days, ...ownTerms })
  rental_days?: number | null;

  @AmountField({ ...termsFields.rental_rate, ...ownTerms })
  rental_rate?: number | null;

  @AmountField({ ...termsFields.late_fee_per_day, ...ownTerms })
  late_fee_per_day?: number | null;

  @AmountField({ ...termsFields.replacement_cost, ...ownTerms })
  replacement_cost?: number | null;

  toFields(): MovieFields {
    const { title, description = null, year, director = null, genre_id: genreId } = this;
    return { title, description, year, director, genreId, ...termsOf(this) };
  }
}

@ReadOnlyMembersOf(MovieDto, 'id', 'stock', 'available', 'next_due_on', 'copies', 'copies_url', 'genre')
@ApiSchema({ name: 'MovieInput' })
export class MovieInput extends MovieMembers {}

@ApiSchema({ name: 'MoviePatch' })
export class MoviePatch extends MergePatch(MovieInput) {
  toFields(): Partial<MovieFields> {
    const { title, description, year, director, genre_id: genreId } = this;
    return { title, description, year, director, genreId, ...termsOf(this) } satisfies Record<
      keyof MovieFields,
      unknown
    >;
  }
}

@ReadOnlyMembersOf(MovieDto, 'id', 'available', 'next_due_on', 'copies_url', 'genre')
@ApiSchema({ name: 'MovieWithStockInput' })
export class MovieWithStockInput extends MovieMembers {
  @IntegerField({
    description: 'Number of copies in stock. Optional with `copies`, with which it must agree.',
    minimum: 0,
    maximum: maxStock,
    optional: { beside: 'copies' },
    example: 2,
  })
  stock?: number | null;

  @ListField(() => StockedCopyInput, {
    description:
      'Copies with their barcodes; an absent `code` is generated. In a PUT, the existing copies and those to add.',
    maxItems: 2 * maxCopiesShown,
    optional: true,
  })
  copies?: StockedCopyInput[] | null;

  toStock(): StockOrder {
    const { stock, copies } = this;
    return { stock: stock ?? undefined, copies: copies?.map((copy) => copy.toCopy()) } satisfies Record<
      keyof StockOrder,
      unknown
    >;
  }
}
