import { maxId } from '../../http/dto/path-id.js';
import { InstantParameter } from '../../http/dto/calendar-fields.js';
import { IntegerParameter, TextParameter } from '../../http/dto/query-parameters.js';
import { PageQuery, SortParameter } from '../../http/paging/page-query.js';
import type { EventFilter } from '../event.repository.js';

export class ListEvents extends PageQuery {
  @TextParameter({
    description: 'Only events of this kind of resource: the first segment of its path.',
    maxLength: 64,
    example: 'movie_rents',
  })
  resource?: string;

  @IntegerParameter({ description: 'Only events of the resource with this id.', minimum: 1, maximum: maxId })
  resource_id?: number;

  @TextParameter({ description: 'Only events of this actor.', maxLength: 128 })
  actor?: string;

  @TextParameter({ description: 'Only events of this type.', maxLength: 64 })
  type?: string;

  @InstantParameter({ description: 'Only events of this time and later.' })
  from?: string;

  @InstantParameter({ description: 'Only events of this time and earlier.' })
  to?: string;

  @SortParameter('EventOrder', { id: 'integer' })
  sort: string = 'id';

  toFilter(): EventFilter {
    return {
      resource: this.resource,
      resourceId: this.resource_id,
      actor: this.actor,
      type: this.type,
      createdFrom: this.from,
      createdTo: this.to,
    } satisfies Record<keyof EventFilter, unknown>;
  }

  protected override get kind(): string {
    return 'ListEvents';
  }
}
