import { ApiSchema } from '@nestjs/swagger';
import type { Caller } from '../../../kernel/command.js';
import { DateField } from '../../../platform/http/dto/calendar-fields.js';
import { IdField, InstantField, TextField } from '../../../platform/http/dto/fields.js';
import { PageQuery, SortParameter } from '../../../platform/http/paging/page-query.js';
import type { Renewal } from '../renewal.entity.js';

/** An extension of the due date of a line, without who made it. */
@ApiSchema({ name: 'ExportedRenewal' })
export class ExportedRenewalDto {
  @IdField({ description: 'Id of the renewal.', origin: 'assigned' })
  id!: number;

  @IdField({ description: 'Id of the line.', example: 32 })
  movie_rent_detail_id!: number;

  @InstantField({ description: 'When the line was renewed.', example: '2026-02-07T11:42:19.604Z' })
  creation_datetime!: string;

  @DateField({ description: 'Date on which the copy was due before.', example: '2026-02-13' })
  former_due_on!: string;

  @DateField({ description: 'Date on which the copy was due after.', example: '2026-02-20' })
  due_on!: string;

  constructor(renewal: Renewal) {
    this.id = renewal.id;
    this.movie_rent_detail_id = renewal.movieRentDetailId;
    this.creation_datetime = renewal.creationDatetime.toISOString();
    this.former_due_on = renewal.formerDueOn;
    this.due_on = renewal.dueOn;
  }

  static of = (renewal: Renewal): ExportedRenewalDto => new ExportedRenewalDto(renewal);
}

/** An extension of the due date of a line. */
@ApiSchema({ name: 'Renewal' })
export class RenewalDto extends ExportedRenewalDto {
  @TextField({
    description:
      'Who renewed the line, as in the list of events; null for an anonymous caller, and in renewals that earlier releases ' +
      'stored. Customers get null.',
    maxLength: 128,
    nullable: true,
    example: null,
  })
  actor!: string | null;

  constructor(renewal: Renewal, { customerId }: Caller) {
    super(renewal);
    this.actor = customerId === undefined ? renewal.actor : null;
  }

  static for =
    (caller: Caller) =>
    (renewal: Renewal): RenewalDto =>
      new RenewalDto(renewal, caller);
}

export class ListRenewals extends PageQuery {
  @SortParameter('RenewalOrder', { id: 'integer' })
  sort: string = 'id';

  protected override get kind(): string {
    return 'ListRenewals';
  }
}
