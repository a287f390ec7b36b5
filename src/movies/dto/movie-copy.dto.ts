import { ApiSchema } from '@nestjs/swagger';
import {
  BooleanField,
  ChoiceField,
  IdField,
  InstantField,
  ObjectField,
  ReadOnlyMembersOf,
  MergePatch,
  TextField,
} from '../../platform/http/dto/fields.js';
import { PageQuery, SortParameter } from '../../platform/http/paging/page-query.js';
import { ChoiceParameter, TextParameter } from '../../platform/http/dto/query-parameters.js';
import {
  type CopyChanges,
  type CopyFields,
  type MovieCopy,
  type ServiceState,
  serviceStates,
} from '../movie-copy.entity.js';
import type { Loan } from '../../loans/loan.view.js';
import { DateField } from '../../platform/http/dto/calendar-fields.js';
import type { StockedCopy } from '../stock.js';
import type { CopyFilter } from '../movie-copy.repository.js';

const codeField = {
  description: 'Barcode, unique regardless of case and width.',
  maxLength: 64,
  kind: 'code',
  example: 'DVD-0001',
} as const;
const stateField = {
  description: 'State of the copy, as set by the shop.',
  name: 'ServiceState',
  choices: serviceStates,
};

/** One physical disc or tape. */
@ApiSchema({ name: 'MovieCopy' })
export class MovieCopyDto {
  @IdField({ description: 'Id of the copy.', origin: 'assigned' })
  id: number;

  @IdField({ description: 'Id of the movie on it.' })
  movie_id: number;

  @TextField(codeField)
  code: string;

  @ChoiceField({ ...stateField, example: 'in_service' })
  service_state: ServiceState;

  @BooleanField({ description: 'Whether it can be rented now: in service and not out.', example: true, derived: true })
  is_available: boolean;

  constructor(copy: MovieCopy) {
    this.id = copy.id;
    this.movie_id = copy.movieId;
    this.code = copy.code;
    this.service_state = copy.serviceState;
    this.is_available = copy.isAvailable;
  }

  static of = (copy: MovieCopy): MovieCopyDto => new MovieCopyDto(copy);
}

/** Where a copy is: in the shop and free, out with a client, or away: lost, retired or in maintenance. */
const copyStatuses = ['in', 'out', 'away'] as const;

/** The loan that a copy is out on. */
@ApiSchema({ name: 'OpenLoan' })
class OpenLoanDto {
  @IdField({ description: 'Id of the rental.', example: 25 })
  movie_rent_id!: number;

  @IdField({ description: 'Id of the line of the rental.', example: 46 })
  movie_rent_detail_id!: number;

  @IdField({ description: 'Id of the client who has the copy.', example: 3 })
  client_id!: number;

  @DateField({ description: 'Date on which the copy is due.', nullable: true, example: null })
  due_on!: string | null;

  @InstantField({ description: "Last instant of that date in the shop's time zone.", nullable: true, example: null })
  due_datetime!: string | null;

  constructor(loan: Loan) {
    this.movie_rent_id = loan.movieRentId;
    this.movie_rent_detail_id = loan.id;
    this.client_id = loan.clientId;
    this.due_on = loan.dueOn;
    this.due_datetime = loan.dueDatetime;
  }
}

/** A copy by itself, with where it is. */
@ApiSchema({ name: 'LocatedMovieCopy' })
export class LocatedMovieCopyDto extends MovieCopyDto {
  @ChoiceField({
    description:
      'Where it is: `in` the shop and free, `out` with a client, or `away`: lost, retired or in maintenance.',
    name: 'CopyStatus',
    choices: copyStatuses,
    derived: true,
    example: 'in',
  })
  status!: (typeof copyStatuses)[number];

  @ObjectField(() => OpenLoanDto, {
    description: 'The open loan of the copy; null if it is not out.',
    nullable: true,
    derived: true,
    example: null,
  })
  loan!: OpenLoanDto | null;

  constructor(copy: MovieCopy) {
    super(copy);
    const [loan] = copy.openLoans ?? [];
    this.status = copy.isAvailable ? 'in' : loan ? 'out' : 'away';
    this.loan = loan ? new OpenLoanDto(loan) : null;
  }

  static override of = (copy: MovieCopy): LocatedMovieCopyDto => new LocatedMovieCopyDto(copy);
}

/** A copy to add. A code is generated if it is absent. */
@ReadOnlyMembersOf(LocatedMovieCopyDto, 'id', 'movie_id', 'is_available', 'status', 'loan')
@ApiSchema({ name: 'MovieCopyInput' })
export class MovieCopyInput {
  @TextField({ ...codeField, optional: true, example: 'BD-0001' })
  code?: string | null;

  @ChoiceField({ ...stateField, optional: true, nullable: false, example: 'in_service' })
  service_state?: ServiceState;

  toFields(): Partial<CopyFields> {
    return { code: this.code ?? undefined, serviceState: this.service_state } satisfies Record<
      keyof CopyFields,
      unknown
    >;
  }
}

/** A copy in the stock of a movie. */
@ReadOnlyMembersOf(MovieCopyDto, 'movie_id', 'service_state', 'is_available')
@ApiSchema({ name: 'StockedCopyInput' })
export class StockedCopyInput {
  @IdField({ description: 'In a PUT, the id of an existing copy; otherwise ignored.', optional: true })
  id?: number | null;

  @TextField({ ...codeField, optional: true })
  code?: string | null;

  toCopy(): StockedCopy {
    return { id: this.id ?? undefined, code: this.code ?? undefined } satisfies Record<keyof StockedCopy, unknown>;
  }
}

@ReadOnlyMembersOf(LocatedMovieCopyDto, 'id', 'is_available', 'status', 'loan')
class ChangeableMovieCopy {
  @IdField({ description: 'Id of the movie on it. Another movie can be named as long as the copy was never rented.' })
  movie_id!: number;

  @TextField(codeField)
  code!: string;

  @ChoiceField({ ...stateField, example: 'maintenance' })
  service_state!: ServiceState;
}

@ApiSchema({ name: 'MovieCopyPatch' })
export class MovieCopyPatch extends MergePatch(ChangeableMovieCopy) {
  toChanges(): CopyChanges {
    return { movieId: this.movie_id, code: this.code, serviceState: this.service_state } satisfies Record<
      keyof CopyChanges,
      unknown
    >;
  }
}

export class ListMovieCopies extends PageQuery {
  @TextParameter({
    description: 'Only the copy with this barcode, regardless of case and width.',
    maxLength: 64,
    kind: 'code',
    example: 'DVD-0001',
  })
  code?: string;

  @TextParameter({
    description: 'Only copies whose barcode contains this, regardless of case and width.',
    maxLength: 64,
    kind: 'code',
    example: '0001',
  })
  code_contains?: string;

  @ChoiceParameter({ description: 'Only copies in this state.', name: 'ServiceState', choices: serviceStates })
  service_state?: ServiceState;

  @SortParameter('MovieCopyOrder', { id: 'integer', code: 'text' })
  sort: string = 'id';

  toFilter(): CopyFilter {
    const { code, code_contains: codeContains, service_state: serviceState } = this;
    return { code, codeContains, serviceState } satisfies Record<keyof Omit<CopyFilter, 'movieId'>, unknown>;
  }

  protected override get kind(): string {
    return 'ListMovieCopies';
  }
}
