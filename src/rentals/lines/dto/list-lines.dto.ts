import { DateParameter } from '../../../platform/http/dto/calendar-fields.js';
import { maxId } from '../../../platform/http/dto/path-id.js';
import { ExpandParameter, FlagParameter, IntegerParameter } from '../../../platform/http/dto/query-parameters.js';
import { PageQuery, SortParameter } from '../../../platform/http/paging/page-query.js';
import type { LineFilter } from '../line.repository.js';

export class GetLine {
  @ExpandParameter('MovieRentExpansion', 'client')
  expand?: 'client';
}

export class ListLines extends PageQuery {
  @ExpandParameter('MovieRentExpansion', 'client')
  expand?: 'client';

  @FlagParameter({ description: 'Only lines whose copy is out, or only the others.' })
  is_open?: boolean;

  @FlagParameter({
    description: 'Only lines that are overdue or were returned late; with `is_open=true` only those that are out now.',
  })
  overdue?: boolean;

  @DateParameter({ description: 'Only lines that are due before this date.' })
  due_before?: string;

  @IntegerParameter({ description: 'Only lines of this client.', minimum: 1, maximum: maxId })
  client_id?: number;

  @IntegerParameter({ description: 'Only lines with a copy of this movie.', minimum: 1, maximum: maxId })
  movie_id?: number;

  @IntegerParameter({ description: 'Only lines with this copy.', minimum: 1, maximum: maxId })
  movie_copy_id?: number;

  /** Lines without a due date come last. */
  @SortParameter('MovieRentDetailOrder', { id: 'integer', due_datetime: 'text' })
  sort: string = 'id';

  toFilter(): LineFilter {
    return {
      isOpen: this.is_open,
      overdue: this.overdue,
      dueBefore: this.due_before,
      clientId: this.client_id,
      movieId: this.movie_id,
      movieCopyId: this.movie_copy_id,
    } satisfies Record<keyof LineFilter, unknown>;
  }

  protected override get kind(): string {
    return 'ListLines';
  }
}
