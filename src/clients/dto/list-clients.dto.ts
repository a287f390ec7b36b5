import { PageQuery, SortParameter } from '../../platform/http/paging/page-query.js';
import { SearchParameter, TextParameter } from '../../platform/http/dto/query-parameters.js';
import type { ClientFilter } from '../client.repository.js';

export class ListClients extends PageQuery {
  @SearchParameter({
    description:
      'Words, or parts of words, that all occur in the name, in any order, regardless of case and accents: ' +
      '`Brennan, Ada` and `ada brennan` are equivalent.',
    example: 'brennan, ada',
  })
  name?: string;

  @TextParameter({
    description: 'Only the client with this license number, regardless of case and width.',
    maxLength: 64,
    kind: 'code',
    example: 'PE-204-118',
  })
  license_number?: string;

  @SortParameter('ClientOrder', { id: 'integer', last_name: 'text' })
  sort: string = 'id';

  toFilter(): ClientFilter {
    return { name: this.name, licenseNumber: this.license_number } satisfies Record<keyof ClientFilter, unknown>;
  }

  protected override get kind(): string {
    return 'ListClients';
  }
}
