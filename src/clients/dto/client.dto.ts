import { ApiSchema } from '@nestjs/swagger';
import { EmailField, IdField, IntegerField, TextField } from '../../platform/http/dto/fields.js';
import type { Client } from '../client.entity.js';

/** Members that clients of the former service don't know. */
export const contactFields = {
  email: { description: 'E-mail address.', example: 'ada@brennan.example' },
  phone: { description: 'Telephone number.', maxLength: 64, example: '+353 21 555 0144' },
  max_open_copies: {
    description: 'Maximum number of copies that this client may have out; null: the limit of the shop.',
    minimum: 0,
    maximum: 10_000,
    example: 10,
  },
};

@ApiSchema({ name: 'Client' })
export class ClientDto {
  @IdField({ description: 'Id of the client.', origin: 'assigned' })
  id!: number;

  @TextField({
    description: 'First name; null for a person with a single name.',
    maxLength: 100,
    nullable: true,
    example: 'Ada',
  })
  first_name!: string | null;

  @TextField({ description: 'Last name, or the only name.', maxLength: 100, example: 'Brennan' })
  last_name!: string;

  @TextField({
    description: 'Postal address.',
    maxLength: 500,
    nullable: true,
    example: '14 Harbour Street, Port Ellery',
  })
  address!: string | null;

  @TextField({ description: 'License number.', maxLength: 64, nullable: true, example: 'PE-204-118' })
  license_number!: string | null;

  @EmailField({ ...contactFields.email, nullable: true, example: null })
  email!: string | null;

  @TextField({ ...contactFields.phone, nullable: true, example: null })
  phone!: string | null;

  @IntegerField({ ...contactFields.max_open_copies, nullable: true, example: null })
  max_open_copies!: number | null;

  constructor(client: Client) {
    this.id = client.id;
    this.first_name = client.firstName;
    this.last_name = client.lastName;
    this.address = client.address;
    this.license_number = client.licenseNumber;
    this.email = client.email;
    this.phone = client.phone;
    this.max_open_copies = client.maxOpenCopies;
  }

  static of = (client: Client): ClientDto => new ClientDto(client);
}
