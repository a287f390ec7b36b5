import { ReadOnlyMembersOf, MergePatch, TextField } from '../../platform/http/dto/fields.js';
import type { ClientFields } from '../client.entity.js';
import { ClientDto } from './client.dto.js';

const addressField = {
  description: 'Postal address.',
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
  first_name!: string | null;

  @TextField({ description: 'Last name, or the only name.', maxLength: 100, example: 'Straight' })
  last_name!: string;

  abstract address: string | null;

  /** Clients of the former service send numbers. */
  @TextField({
    description: 'License number, unique regardless of case and width.',
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

/** A client to add. */
@ReadOnlyMembersOf(ClientDto, 'id')
export class ClientInput extends ClientMembers {
  @TextField(addressField)
  address!: string;
}

/** A client to replace. */
@ReadOnlyMembersOf(ClientDto, 'id')
export class ReplaceClientInput extends ClientMembers {
  @TextField({
    ...addressField,
    description: 'Postal address; null only if the client has none so far.',
    nullable: true,
  })
  address!: string | null;
}

export class ClientPatch extends MergePatch(ReplaceClientInput) {
  toFields(): Partial<ClientFields> {
    const { first_name: firstName, last_name: lastName, address, license_number: licenseNumber } = this;
    return { firstName, lastName, address, licenseNumber } satisfies Record<keyof ClientFields, unknown>;
  }
}
