import { ApiSchema } from '@nestjs/swagger';
import { type CalendarDate, type Weekday, weekdays } from '../../kernel/calendar.js';
import { CurrencyField, DatesField, TimeZoneField } from '../../platform/http/dto/calendar-fields.js';
import {
  AmountField,
  BooleanField,
  ChoicesField,
  IntegerField,
  MergePatch,
  TextField,
} from '../../platform/http/dto/fields.js';
import type { Shop, ShopFields } from '../shop.entity.js';

/** At most ten years. */
const days = { minimum: 0, maximum: 3650 };
const count = { minimum: 0, maximum: 10_000 };

/** The members of the policy, in requests and responses. */
const members = {
  name: { description: 'Name of the shop.', maxLength: 100, example: 'Harbour Street Video' },
  time_zone: {
    description: 'IANA time zone of the shop, in which all dates are determined.',
    example: 'Europe/Berlin',
  },
  currency: { description: 'Currency of all amounts (ISO 4217).', example: 'EUR' },
  rental_days: { ...days, description: 'Days until a copy is due; null: never.', example: 3 },
  rental_rate: { description: 'Price of the rental of one copy.', example: 350 },
  late_fee_per_day: { description: 'Fee for each day that a copy is late.', example: 100 },
  grace_days: { ...days, description: 'Days after the due date without a late fee.', example: 1 },
  max_late_fee: { description: 'Largest late fee of one copy.', example: 1500 },
  replacement_cost: { description: 'Price of a copy that was lost.', example: 2000 },
  max_open_copies: { ...count, description: 'Maximum number of copies that a client may have out.', example: 5 },
  max_renewals: { ...count, description: 'Maximum number of renewals of a line.', example: 2 },
  block_when_overdue: {
    description: 'Whether a client with an overdue copy is refused further rentals.',
    example: true,
  },
  block_when_owing: { description: 'A client who owes more than this is refused further rentals.', example: 2000 },
  opening_days: {
    description: 'Days of the week on which the shop is open; null: every day. Due dates are moved to open days.',
    name: 'Weekday',
    choices: weekdays,
    example: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
  },
  closed_dates: { description: 'Dates on which the shop is closed.', maxItems: 1000, example: ['2026-12-25'] },
  hold_shelf_days: { ...days, description: 'Open days that a ready hold waits on the shelf.', example: 3 },
  correction_minutes: {
    description: 'Minutes in which a rental entered by mistake may be deleted; null: at any time.',
    minimum: 0,
    maximum: 525_600,
    example: null,
  },
} as const;
/** No such rule. */
const none = { nullable: true, example: null } as const;
const optional = { optional: true } as const;
const defaulted = { optional: true, nullable: false } as const;

/** The policy of the shop. Null means that there is no such rule. */
@ApiSchema({ name: 'Shop' })
export class ShopDto {
  @TextField({ ...members.name, example: 'Movie rental' })
  name!: string;

  @TimeZoneField({ ...members.time_zone, example: 'UTC' })
  time_zone!: string;

  @CurrencyField(members.currency)
  currency!: string;

  @IntegerField({ ...members.rental_days, ...none })
  rental_days!: number | null;

  @AmountField({ ...members.rental_rate, ...none })
  rental_rate!: number | null;

  @AmountField({ ...members.late_fee_per_day, ...none })
  late_fee_per_day!: number | null;

  @IntegerField({ ...members.grace_days, ...none })
  grace_days!: number | null;

  @AmountField({ ...members.max_late_fee, ...none })
  max_late_fee!: number | null;

  @AmountField({ ...members.replacement_cost, ...none })
  replacement_cost!: number | null;

  @IntegerField({ ...members.max_open_copies, ...none })
  max_open_copies!: number | null;

  @IntegerField({ ...members.max_renewals, ...none })
  max_renewals!: number | null;

  @BooleanField({ ...members.block_when_overdue, example: false })
  block_when_overdue!: boolean;

  @AmountField({ ...members.block_when_owing, ...none })
  block_when_owing!: number | null;

  @ChoicesField({ ...members.opening_days, ...none })
  opening_days!: Weekday[] | null;

  @DatesField({ ...members.closed_dates, example: [] })
  closed_dates!: CalendarDate[];

  @IntegerField({ ...members.hold_shelf_days, ...none })
  hold_shelf_days!: number | null;

  @IntegerField({ ...members.correction_minutes, ...none })
  correction_minutes!: number | null;

  constructor(shop: Shop) {
    this.name = shop.name;
    this.time_zone = shop.timeZone;
    this.currency = shop.currency;
    this.rental_days = shop.rentalDays;
    this.rental_rate = shop.rentalRate;
    this.late_fee_per_day = shop.lateFeePerDay;
    this.grace_days = shop.graceDays;
    this.max_late_fee = shop.maxLateFee;
    this.replacement_cost = shop.replacementCost;
    this.max_open_copies = shop.maxOpenCopies;
    this.max_renewals = shop.maxRenewals;
    this.block_when_overdue = shop.blockWhenOverdue;
    this.block_when_owing = shop.blockWhenOwing;
    this.opening_days = shop.openingDays;
    this.closed_dates = shop.closedDates;
    this.hold_shelf_days = shop.holdShelfDays;
    this.correction_minutes = shop.correctionMinutes;
  }

  static of = (shop: Shop): ShopDto => new ShopDto(shop);
}

/** A policy that replaces the present one. An absent rule is removed. */
@ApiSchema({ name: 'ShopInput' })
export class ShopInput {
  @TextField(members.name)
  name!: string;

  @TimeZoneField(members.time_zone)
  time_zone!: string;

  @CurrencyField(members.currency)
  currency!: string;

  @IntegerField({ ...members.rental_days, ...optional })
  rental_days?: number | null;

  @AmountField({ ...members.rental_rate, ...optional })
  rental_rate?: number | null;

  @AmountField({ ...members.late_fee_per_day, ...optional })
  late_fee_per_day?: number | null;

  @IntegerField({ ...members.grace_days, ...optional })
  grace_days?: number | null;

  @AmountField({ ...members.max_late_fee, ...optional })
  max_late_fee?: number | null;

  @AmountField({ ...members.replacement_cost, ...optional })
  replacement_cost?: number | null;

  @IntegerField({ ...members.max_open_copies, ...optional })
  max_open_copies?: number | null;

  @IntegerField({ ...members.max_renewals, ...optional })
  max_renewals?: number | null;

  @BooleanField({ ...members.block_when_overdue, ...defaulted })
  block_when_overdue?: boolean;

  @AmountField({ ...members.block_when_owing, ...optional })
  block_when_owing?: number | null;

  @ChoicesField({ ...members.opening_days, ...optional })
  opening_days?: Weekday[] | null;

  @DatesField({ ...members.closed_dates, ...defaulted })
  closed_dates?: CalendarDate[];

  @IntegerField({ ...members.hold_shelf_days, ...optional })
  hold_shelf_days?: number | null;

  @IntegerField({ ...members.correction_minutes, ...optional })
  correction_minutes?: number | null;

  toFields(): ShopFields {
    return {
      name: this.name,
      timeZone: this.time_zone,
      currency: this.currency,
      rentalDays: this.rental_days ?? null,
      rentalRate: this.rental_rate ?? null,
      lateFeePerDay: this.late_fee_per_day ?? null,
      graceDays: this.grace_days ?? null,
      maxLateFee: this.max_late_fee ?? null,
      replacementCost: this.replacement_cost ?? null,
      maxOpenCopies: this.max_open_copies ?? null,
      maxRenewals: this.max_renewals ?? null,
      blockWhenOverdue: this.block_when_overdue ?? false,
      blockWhenOwing: this.block_when_owing ?? null,
      openingDays: this.opening_days ?? null,
      closedDates: this.closed_dates ?? [],
      holdShelfDays: this.hold_shelf_days ?? null,
      correctionMinutes: this.correction_minutes ?? null,
    };
  }
}

@ApiSchema({ name: 'ShopPatch' })
export class ShopPatch extends MergePatch(ShopInput) {
  toFields(): Partial<ShopFields> {
    return {
      name: this.name,
      timeZone: this.time_zone,
      currency: this.currency,
      rentalDays: this.rental_days,
      rentalRate: this.rental_rate,
      lateFeePerDay: this.late_fee_per_day,
      graceDays: this.grace_days,
      maxLateFee: this.max_late_fee,
      replacementCost: this.replacement_cost,
      maxOpenCopies: this.max_open_copies,
      maxRenewals: this.max_renewals,
      blockWhenOverdue: this.block_when_overdue,
      blockWhenOwing: this.block_when_owing,
      openingDays: this.opening_days,
      closedDates: this.closed_dates,
      holdShelfDays: this.hold_shelf_days,
      correctionMinutes: this.correction_minutes,
    } satisfies Record<keyof ShopFields, unknown>;
  }
}
