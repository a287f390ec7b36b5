import { PageQuery, SortParameter } from '../../http/paging.js';
import { TextParameter } from '../../http/parameters.js';
import type { ClientFilter } from '../client.repository.js';

export class ListClients extends PageQuery {
  @TextParameter({ description: 'Part of the name, in any case and with or without accents.', example: 'alvin' })
  name?: string;

  @TextParameter({ description: 'The one client with this license number.', maxLength: 64, example: 'IA-55210' })
  license_number?: string;

  @SortParameter('ClientOrder', { id: 'integer', last_name: 'text' })
  sort: string = 'id';

  toFilter(): ClientFilter {
    return { name: this.name, licenseNumber: this.license_number };
  }
}
