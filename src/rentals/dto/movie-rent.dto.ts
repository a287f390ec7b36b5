import { ApiSchema } from '@nestjs/swagger';
import type { Clock } from '../../kernel/clock.js';
import { ClientDto } from '../../clients/dto/client.dto.js';
import {
  AmountField,
  BooleanField,
  ExpansionField,
  IdField,
  IntegerField,
  InstantField,
  ListField,
  ObjectField,
  TextField,
} from '../../platform/http/dto/fields.js';
import { DateField } from '../../platform/http/dto/calendar-fields.js';
import { maxId } from '../../platform/http/dto/path-id.js';
import { MovieSummaryDto } from '../../movies/dto/movie.dto.js';
import type { MovieCopy } from '../../movies/movie-copy.entity.js';
import type { MovieRent, MovieRentDetail } from '../movie-rent.entity.js';

/** Maximum lines of a rental. */
export const maxLines = 100;

/** A copy in a rental, with its movie. */
@ApiSchema({ name: 'RentedCopy' })
class RentedCopyDto {
  @IdField({ description: 'Id of the copy.' })
  id!: number;

  @TextField({ description: 'Barcode.', maxLength: 64, example: 'DVD-0001' })
  code!: string;

  @IdField({ description: 'Id of the movie on it.' })
  movie_id!: number;

  @ObjectField(() => MovieSummaryDto, { description: 'The movie on it.' })
  movie!: MovieSummaryDto;

  constructor(copy: MovieCopy) {
    this.id = copy.id;
    this.code = copy.code;
    this.movie_id = copy.movieId;
    this.movie = new MovieSummaryDto(copy.movie!);
  }
}

const count = { minimum: 0, maximum: 10_000 };
/** Terms are frozen when the copy is lent. */
const term = { nullable: true, origin: 'assigned' } as const;

@ApiSchema({ name: 'MovieRentDetail' })
export class MovieRentDetailDto {
  @IdField({ description: 'Id of the line.', example: 8, origin: 'assigned' })
  id!: number;

  @IdField({ description: 'Id of the rental it belongs to.', example: 5, origin: 'assigned' })
  movie_rent_id!: number;

  @IdField({ description: 'Id of the rented copy.' })
  movie_copy_id!: number;

  @InstantField({ description: 'When the copy was rented.', example: '2026-01-14T15:38:03.104Z' })
  lent_datetime!: string;

  @InstantField({
    description: 'When the copy was returned; null while it is out.',
    nullable: true,
    example: '2026-01-16T18:01:13.973Z',
  })
  returned_datetime!: string | null;

  @InstantField({
    description: 'When the copy was declared lost; null otherwise.',
    nullable: true,
    example: null,
  })
  lost_datetime!: string | null;

  @DateField({
    description: 'Date on which the copy is due; null if the shop sets no rental days.',
    nullable: true,
    origin: 'assigned',
    example: null,
  })
  due_on!: string | null;

  @InstantField({
    description: "Last instant of that date in the shop's time zone.",
    nullable: true,
    example: null,
  })
  due_datetime!: string | null;

  @BooleanField({
    description: 'Whether the copy was returned late, or is out after its due date.',
    derived: true,
    example: false,
  })
  is_overdue!: boolean;

  @IntegerField({
    description: 'Days after the due date, at the return or now.',
    minimum: 0,
    maximum: maxId,
    derived: true,
    example: 0,
  })
  days_overdue!: number;

  @IntegerField({ ...count, description: 'How often the line was renewed.', origin: 'assigned', example: 0 })
  renewals!: number;

  @IntegerField({ ...term, ...count, description: 'Days until the copy was due when it was lent.', example: null })
  rental_days!: number | null;

  @AmountField({ ...term, description: 'Price of the rental.', example: null })
  rental_rate!: number | null;

  @AmountField({ ...term, description: 'Fee for each day late.', example: null })
  late_fee_per_day!: number | null;

  @IntegerField({ ...term, ...count, description: 'Days late without a fee.', example: null })
  grace_days!: number | null;

  @AmountField({ ...term, description: 'Largest late fee.', example: null })
  max_late_fee!: number | null;

  @AmountField({ ...term, description: 'Price of the copy if it is lost.', example: null })
  replacement_cost!: number | null;

  @ObjectField(() => RentedCopyDto, { description: 'The rented copy.', derived: true })
  movie_copy!: RentedCopyDto;

  constructor(line: MovieRentDetail, now: Date) {
    this.id = line.id;
    this.movie_rent_id = line.movieRentId;
    this.movie_copy_id = line.movieCopyId;
    this.lent_datetime = line.lentDatetime.toISOString();
    this.returned_datetime = line.returnedDatetime?.toISOString() ?? null;
    this.lost_datetime = line.lostDatetime?.toISOString() ?? null;
    this.due_on = line.dueOn;
    this.due_datetime = line.dueDatetime?.toISOString() ?? null;
    this.is_overdue = line.isOverdue(now);
    this.days_overdue = line.daysOverdue(now);
    this.renewals = line.renewals ?? 0;
    this.rental_days = line.rentalDays;
    this.rental_rate = line.rentalRate;
    this.late_fee_per_day = line.lateFeePerDay;
    this.grace_days = line.graceDays;
    this.max_late_fee = line.maxLateFee;
    this.replacement_cost = line.replacementCost;
    this.movie_copy = new RentedCopyDto(line.movieCopy!);
  }
}

@ApiSchema({ name: 'MovieRent' })
export class MovieRentDto {
  @IdField({ description: 'Id of the rental.', example: 5, origin: 'assigned' })
  id!: number;

  @IdField({ description: 'Id of the client who rents.', example: 9 })
  client_id!: number;

  @InstantField({ description: 'When the rental was created.', example: '2026-01-14T15:38:03.104Z' })
  creation_datetime!: string;

  @InstantField({
    description: 'When the last copy was returned; null while one is out.',
    nullable: true,
    example: '2026-01-16T18:01:13.973Z',
  })
  closed_datetime!: string | null;

  @BooleanField({ description: 'Whether all copies were returned.', derived: true, example: true })
  is_closed!: boolean;

  @InstantField({
    description: 'When a rental that was entered by mistake was made void; null otherwise.',
    nullable: true,
    origin: 'assigned',
    example: null,
  })
  voided_datetime!: string | null;

  @ListField(() => MovieRentDetailDto, { description: 'One line per copy.', minItems: 1, maxItems: maxLines })
  details!: MovieRentDetailDto[];

  @ExpansionField(() => ClientDto, 'The client who rents, with `expand=client`.')
  client?: ClientDto;

  constructor(rent: MovieRent, now: Date) {
    this.id = rent.id;
    this.client_id = rent.clientId;
    this.creation_datetime = rent.creationDatetime.toISOString();
    this.closed_datetime = rent.closedDatetime?.toISOString() ?? null;
    this.is_closed = rent.isClosed;
    this.voided_datetime = rent.voidedDatetime?.toISOString() ?? null;
    this.details = rent.details.map((line) => new MovieRentDetailDto(line, now));
    if (rent.client) this.client = new ClientDto(rent.client);
  }

  /** Returns a function that converts rentals, as of the clock's time. */
  static at =
    (clock: Clock) =>
    (rent: MovieRent): MovieRentDto =>
      new MovieRentDto(rent, clock.now());
}
