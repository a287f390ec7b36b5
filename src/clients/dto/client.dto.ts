import { IdField, TextField } from '../../platform/http/dto/fields.js';
import type { Client } from '../client.entity.js';

export class ClientDto {
  @IdField({ description: 'Id of the client.', origin: 'assigned' })
  id: number;

  @TextField({
    description: 'First name; null for a person with a single name.',
    maxLength: 100,
    nullable: true,
    example: 'Ada',
  })
  first_name: string | null;

  @TextField({ description: 'Last name, or the only name.', maxLength: 100, example: 'Brennan' })
  last_name: string;

  @TextField({
    description: 'Postal address.',
    maxLength: 500,
    nullable: true,
    example: '14 Harbour Street, Port Ellery',
  })
  address: string | null;

  @TextField({ description: 'License number.', maxLength: 64, nullable: true, example: 'PE-204-118' })
  license_number: string | null;

  constructor(client: Client) {
    this.id = client.id;
    this.first_name = client.firstName;
    this.last_name = client.lastName;
    this.address = client.address;
    this.license_number = client.licenseNumber;
  }

  static of = (client: Client): ClientDto => new this(client);
}
