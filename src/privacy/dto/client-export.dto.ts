import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ClientBlockDto } from '../../clients/blocks/dto/client-block.dto.js';
import { ClientDto } from '../../clients/dto/client.dto.js';
import type { ImportedRow } from '../../imports/imported-row.entity.js';
import { type Scope, scopes } from '../../kernel/command.js';
import type { ApiKey } from '../../platform/auth/api-keys/api-key.entity.js';
import type { StoredResponse } from '../../platform/database/idempotency/idempotency-key.repository.js';
import type { Event } from '../../platform/events/event.entity.js';
import {
  ChoicesField,
  IdField,
  InstantField,
  ListField,
  ObjectField,
  TextField,
} from '../../platform/http/dto/fields.js';
import { MovieRentDto } from '../../rentals/dto/movie-rent.dto.js';
import { ExportedRenewalDto } from '../../rentals/renewals/dto/renewal.dto.js';
import type { FormerRentRecord, RentRecord } from '../rent-records.js';

@ApiSchema({ name: 'ExportedApiKey' })
export class ExportedApiKeyDto {
  @TextField({ description: 'Name of the key. The key itself is not stored.', maxLength: 64, example: 'app-of-ada' })
  name!: string;

  @ChoicesField({ name: 'Scope', choices: scopes, description: 'What the key may be used for.', example: ['self'] })
  scopes!: readonly Scope[];

  @InstantField({ description: 'When the key was created.', example: '2026-02-24T11:06:00.000Z' })
  creation_datetime!: string;

  @InstantField({ description: 'When the key expires; null: never.', nullable: true, example: null })
  expiry_datetime!: string | null;

  @InstantField({ description: 'When the key was revoked; null: it was not.', nullable: true, example: null })
  revoked_datetime!: string | null;

  constructor(key: ApiKey) {
    this.name = key.name;
    this.scopes = key.scopes;
    this.creation_datetime = key.creationDatetime.toISOString();
    this.expiry_datetime = key.expiryDatetime?.toISOString() ?? null;
    this.revoked_datetime = key.revokedDatetime?.toISOString() ?? null;
  }

  static of = (key: ApiKey): ExportedApiKeyDto => new ExportedApiKeyDto(key);
}

/** The row of an imported source from which a resource was created. */
@ApiSchema({ name: 'ExportedImport' })
export class ExportedImportDto {
  @TextField({ description: 'Name of the source.', maxLength: 64, example: 'sakila' })
  source!: string;

  @TextField({ description: 'Identifier of the row in the source.', maxLength: 300, example: 'PE-204-118' })
  source_id!: string;

  constructor(row: ImportedRow) {
    this.source = row.source;
    this.source_id = row.sourceId;
  }

  static of = (row: ImportedRow): ExportedImportDto => new ExportedImportDto(row);
}

/** The response to a request with an `Idempotency-Key`, which is stored for 24 hours. */
@ApiSchema({ name: 'ExportedResponse' })
export class ExportedResponseDto {
  @TextField({ description: 'Path of the resource that it shows.', maxLength: 64, example: '/clients/1' })
  resource!: string;

  @InstantField({ description: 'When it was sent first.', example: '2026-02-24T11:06:00.000Z' })
  creation_datetime!: string;

  @ApiProperty({
    description: 'The response.',
    type: 'object',
    additionalProperties: true,
    example: { id: 1, last_name: 'Brennan' },
  })
  response!: object;

  constructor({ resource, creationDatetime, response }: StoredResponse) {
    this.resource = resource;
    this.creation_datetime = creationDatetime.toISOString();
    this.response = response;
  }

  static of = (stored: StoredResponse): ExportedResponseDto => new ExportedResponseDto(stored);
}

/** A recorded change, without the person who made it. */
@ApiSchema({ name: 'ExportedEvent' })
export class ExportedEventDto {
  @IdField({ description: 'Id of the event.' })
  id!: number;

  @TextField({ description: 'What happened, in the past tense.', maxLength: 64, example: 'client.blocked' })
  type!: string;

  @TextField({
    description: 'First segment of the path of the changed resource.',
    maxLength: 64,
    example: 'clients',
  })
  resource!: string;

  @IdField({ description: 'Id of the changed resource.' })
  resource_id!: number;

  @InstantField({ description: 'When the change was made.', example: '2026-02-24T11:06:00.000Z' })
  creation_datetime!: string;

  @ApiProperty({
    description: 'What was changed, as in the list of events. The ids of other clients are null.',
    type: 'object',
    additionalProperties: true,
    example: { client_block_id: 1, until: null },
  })
  changes!: object;

  constructor(event: Event) {
    this.id = event.id;
    this.type = event.type;
    this.resource = event.resource;
    this.resource_id = event.resourceId;
    this.creation_datetime = event.creationDatetime.toISOString();
    this.changes = event.changes;
  }

  static of = (event: Event): ExportedEventDto => new ExportedEventDto(event);
}

/** A rental, and everything that is stored about it. */
@ApiSchema({ name: 'ExportedRent' })
export class ExportedRentDto extends MovieRentDto {
  @ListField(() => ExportedRenewalDto, { description: 'The renewals of its lines.' })
  renewals!: ExportedRenewalDto[];

  @ListField(() => ExportedImportDto, { description: 'The imported rows that it was made of.' })
  imports!: ExportedImportDto[];

  @ListField(() => ExportedEventDto, {
    description: "Recorded changes of the rental and its lines, since it is the client's.",
  })
  events!: ExportedEventDto[];

  constructor({ rent, renewals, importedRows, events }: RentRecord, now: Date) {
    super(rent, now);
    this.renewals = renewals.map(ExportedRenewalDto.of);
    this.imports = importedRows.map(ExportedImportDto.of);
    this.events = events.map(ExportedEventDto.of);
  }
}

/** The remaining records of a rental that was deleted, or moved to another client. */
@ApiSchema({ name: 'FormerRent' })
export class FormerRentDto {
  @IdField({ description: 'Id of the rental.' })
  id!: number;

  @ListField(() => ExportedImportDto, { description: 'The imported rows that it was made of.' })
  imports!: ExportedImportDto[];

  @ListField(() => ExportedEventDto, {
    description: "Recorded changes of the rental and its lines, while it was the client's.",
  })
  events!: ExportedEventDto[];

  constructor({ id, importedRows, events }: FormerRentRecord) {
    this.id = id;
    this.imports = importedRows.map(ExportedImportDto.of);
    this.events = events.map(ExportedEventDto.of);
  }

  static of = (record: FormerRentRecord): FormerRentDto => new FormerRentDto(record);
}

/** Everything that is stored about a client. */
@ApiSchema({ name: 'ClientExport' })
export class ClientExportDto {
  @ObjectField(() => ClientDto, { description: 'The client.' })
  client!: ClientDto;

  @ListField(() => ClientBlockDto, { description: 'All blocks of the client, expired ones included.' })
  blocks!: ClientBlockDto[];

  @ListField(() => ExportedApiKeyDto, {
    description: 'The API keys by which the client is a caller, revoked ones included.',
  })
  api_keys!: ExportedApiKeyDto[];

  @ListField(() => ExportedImportDto, {
    description: 'The imported rows that the client, or a merged duplicate, was made of.',
  })
  imports!: ExportedImportDto[];

  @ListField(() => ExportedResponseDto, {
    description: 'The stored responses that show the client, or blocks, rentals or lines of the client.',
  })
  stored_responses!: ExportedResponseDto[];

  @ListField(() => ExportedEventDto, {
    description: 'Recorded changes of the client, its blocks and its merged duplicates.',
  })
  events!: ExportedEventDto[];

  @ListField(() => ExportedRentDto, { description: 'All rentals of the client, in the order of their ids.' })
  movie_rents!: ExportedRentDto[];

  @ListField(() => FormerRentDto, {
    description: 'Rentals that were deleted, or moved to another client.',
  })
  former_movie_rents!: FormerRentDto[];
}
