import { ApiSchema } from '@nestjs/swagger';
import { EmailField, IntegerField, ReadOnlyMembersOf, MergePatch, TextField } from '../../platform/http/dto/fields.js';
import type { ClientFields } from '../client.entity.js';
import { ClientDto, contactFields } from './client.dto.js';

const addressField = {
  description: 'Postal address.',
  maxLength: 500,
  kind: 'prose',
  example: '12 Mower Lane, Laurens',
} as const;

const kept = { optional: true, keptIfAbsent: true } as const;

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

  @EmailField({ ...contactFields.email, ...kept })
  email?: string | null;

  @TextField({ ...contactFields.phone, ...kept })
  phone?: string | null;

  @IntegerField({ ...contactFields.max_open_copies, ...kept })
  max_open_copies?: number | null;

  toFields(): ClientFields {
    const { first_name: firstName, last_name: lastName, address, license_number: licenseNumber = null } = this;
    const { email, phone, max_open_copies: maxOpenCopies } = this;
    return { firstName, lastName, address, licenseNumber, email, phone, maxOpenCopies };
  }
}

/** A client to add. */
@ReadOnlyMembersOf(ClientDto, 'id')
@ApiSchema({ name: 'ClientInput' })
export class ClientInput extends ClientMembers {
  @TextField(addressField)
  address!: string;
}

/** A client to replace. */
@ReadOnlyMembersOf(ClientDto, 'id')
@ApiSchema({ name: 'ReplaceClientInput' })
export class ReplaceClientInput extends ClientMembers {
  @TextField({
    ...addressField,
    description: 'Postal address; null only if the client has none so far.',
    nullable: true,
  })
  address!: string | null;
}

@ApiSchema({ name: 'ClientPatch' })
export class ClientPatch extends MergePatch(ReplaceClientInput) {
  toFields(): Partial<ClientFields> {
    const { first_name: firstName, last_name: lastName, address, license_number: licenseNumber } = this;
    const { email, phone, max_open_copies: maxOpenCopies } = this;
    return { firstName, lastName, address, licenseNumber, email, phone, maxOpenCopies } satisfies Record<
      keyof ClientFields,
      unknown
    >;
  }
}
