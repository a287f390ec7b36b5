import { ApiSchema } from '@nestjs/swagger';
import { DateField } from '../../../platform/http/dto/calendar-fields.js';
import { IdField, InstantField, ReadOnlyMembersOf, TextField } from '../../../platform/http/dto/fields.js';
import { PageQuery, SortParameter } from '../../../platform/http/paging/page-query.js';
import type { ClientBlock } from '../../client-block.entity.js';

const reasonField = {
  description: 'Why the client is blocked.',
  maxLength: 500,
  kind: 'prose',
  example: 'Three discs came back scratched.',
} as const;
const untilField = {
  description: "Last date of the block in the shop's time zone; null if it has no end.",
  example: '2026-06-30',
};

/** A period in which a client may rent nothing. */
@ApiSchema({ name: 'ClientBlock' })
export class ClientBlockDto {
  @IdField({ description: 'Id of the block.', origin: 'assigned' })
  id!: number;

  @IdField({ description: 'Id of the blocked client.', example: 12, origin: 'assigned' })
  client_id!: number;

  @TextField(reasonField)
  reason!: string;

  @DateField({ ...untilField, nullable: true })
  until!: string | null;

  @InstantField({
    description: 'When the client was blocked.',
    example: '2026-02-24T11:06:00.000Z',
    origin: 'assigned',
  })
  creation_datetime!: string;

  constructor(block: ClientBlock) {
    this.id = block.id;
    this.client_id = block.clientId;
    this.reason = block.reason;
    this.until = block.until;
    this.creation_datetime = block.creationDatetime.toISOString();
  }

  static of = (block: ClientBlock): ClientBlockDto => new ClientBlockDto(block);
}

/** A block to add. */
@ReadOnlyMembersOf(ClientBlockDto, 'id', 'client_id', 'creation_datetime')
@ApiSchema({ name: 'ClientBlockInput' })
export class ClientBlockInput {
  @TextField(reasonField)
  reason!: string;

  @DateField({ ...untilField, optional: true })
  until?: string | null;

  toFields(): Pick<ClientBlock, 'reason' | 'until'> {
    return { reason: this.reason, until: this.until ?? null };
  }
}

export class ListClientBlocks extends PageQuery {
  @SortParameter('ClientBlockOrder', { id: 'integer' })
  sort: string = 'id';

  protected override get kind(): string {
    return 'ListClientBlocks';
  }
}
