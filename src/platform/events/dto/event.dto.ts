import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IdField, InstantField } from '../../http/dto/fields.js';
import type { Event } from '../event.entity.js';

/** A recorded change. */
@ApiSchema({ name: 'Event' })
export class EventDto {
  @IdField({ description: 'Id of the event.', origin: 'assigned' })
  id!: number;

  @ApiProperty({
    description: 'Type of the change, in the past tense.',
    type: String,
    maxLength: 64,
    example: 'genre.updated',
  })
  type!: string;

  @ApiProperty({
    description: 'First segment of the path of the changed resource.',
    type: String,
    maxLength: 64,
    example: 'genres',
  })
  resource!: string;

  @IdField({ description: 'Id of the changed resource; 1 for the shop.', example: 1 })
  resource_id!: number;

  @ApiProperty({
    description: 'Name of the API key, person or command that made the change; null for an anonymous caller.',
    type: String,
    maxLength: 128,
    nullable: true,
    example: null,
  })
  actor!: string | null;

  @InstantField({ description: 'When the change was made.', example: '2026-02-24T11:06:00.000Z', origin: 'assigned' })
  creation_datetime!: string;

  @ApiProperty({
    description: 'Id of the request, as in `X-Request-Id`; null for a command.',
    type: String,
    maxLength: 128,
    nullable: true,
    example: '7af04a03-1be7-4714-af49-9377e96a12d5',
  })
  request_id!: string | null;

  @ApiProperty({
    description: 'What was changed: values of a new or deleted resource, `from` and `to` of an updated one.',
    type: 'object',
    additionalProperties: true,
    example: { description: { from: null, to: 'Stories driven by character.' } },
  })
  changes!: object;

  constructor(event: Event) {
    this.id = event.id;
    this.type = event.type;
    this.resource = event.resource;
    this.resource_id = event.resourceId;
    this.actor = event.actor;
    this.creation_datetime = event.creationDatetime.toISOString();
    this.request_id = event.requestId;
    this.changes = event.changes;
  }

  static of = (event: Event): EventDto => new EventDto(event);
}
