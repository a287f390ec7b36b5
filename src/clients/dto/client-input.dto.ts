import { ReadOnlyMembersOf, MergePatch, TextField } from '../../platform/http/dto/fields.js';
import type { ClientFields } from '../client.entity.js';
import { ClientDto } from './client.dto.js';

const addressField = {
  description: 'Where they live.',
  maxLength: 500,
  kind: 'prose',
  example: '12 Mower Lane, Laurens',
} as const;

abstract class ClientMembers {
  @TextField({
    description: 'First name; null for a person with a single name.',
    maxLength: 100,
    nullable: true,
    example: 'Alvin',
  })
  first_name: string | null;

  @TextField({ description: 'Last name, or the only one.', maxLength: 100, example: 'Straight' })
  last_name: string;

  abstract address: string | null;

  /** Clients of the former service send a number. */
  @TextField({
    description: 'The number of their license; unique without regard to case and width.',
    maxLength: 64,
    kind: 'code',
    alsoNumbers: true,
    optional: true,
    example: 'IA-55210',
  })
  license_number?: string | null;

  toFields(): ClientFields {
    const { first_name: firstName, last_name: lastName, address, license_number: licenseNumber = null } = this;
    return { firstName, lastName, address, licenseNumber };
  }
}

/** A client as a clerk signs them up. */
@ReadOnlyMembersOf(ClientDto, 'id')
export class ClientInput extends ClientMembers {
  @TextField(addressField)
  address: string;
}

/** A client as a clerk writes them anew. */
@ReadOnlyMembersOf(ClientDto, 'id')
export class ReplaceClientInput extends ClientMembers {
  @TextField({
    ...addressField,
    description: 'Where they live; null only for a client who has no address yet.',
    nullable: true,
  })
  address: string | null;
}

export class ClientPatch extends MergePatch(ReplaceClientInput) {
  toFields(): Partial<ClientFields> {
    const { first_name: firstName, last_name: lastName, address, license_number: licenseNumber } = this;
    return { firstName, lastName, address, licenseNumber };
  }
}
