import { IgnoresMembersOf, MergePatch, TextField } from '../../http/fields.js';
import type { ClientFields } from '../client.entity.js';
import { ClientDto } from './client.dto.js';

/** A client as a clerk writes it. */
@IgnoresMembersOf(ClientDto, 'id')
export class ClientInput {
  @TextField({ description: 'First name.', maxLength: 100, example: 'Alvin' })
  first_name: string;

  @TextField({ description: 'Last name.', maxLength: 100, example: 'Straight' })
  last_name: string;

  @TextField({ description: 'Where they live.', maxLength: 500, optional: true, example: '12 Mower Lane, Laurens' })
  address?: string | null;

  /** Clients of the former service send a number. */
  @TextField({
    description: 'The number of their license; unique.',
    maxLength: 64,
    alsoNumbers: true,
    optional: true,
    example: 'IA-55210',
  })
  license_number?: string | null;

  toOrder(): ClientFields {
    const { first_name: firstName, last_name: lastName, address = null, license_number: licenseNumber = null } = this;
    return { firstName, lastName, address, licenseNumber };
  }
}

export class ClientPatch extends MergePatch(ClientInput) {
  toOrder(): Partial<ClientFields> {
    const { first_name: firstName, last_name: lastName, address, license_number: licenseNumber } = this;
    return { firstName, lastName, address, licenseNumber };
  }
}
