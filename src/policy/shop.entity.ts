import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import type { CalendarDate, OpeningDays, Weekday } from '../kernel/calendar.js';
import { FlagColumn } from '../platform/database/columns/flag-column.js';
import { ListColumn } from '../platform/database/columns/list-column.js';
import { TextColumn } from '../platform/database/columns/text-column.js';
import { RecordedMembers } from '../platform/events/recorded-members.js';

/** The terms of a rental that a movie may have of its own. Null: the shop's. Money is in minor units of its currency. */
export interface TermsOfMovie {
  /** Days until a copy is due; null in the shop's policy: never. */
  readonly rentalDays: number | null;
  readonly rentalRate: number | null;
  readonly lateFeePerDay: number | null;
  readonly replacementCost: number | null;
}

/** The editable fields of the shop's policy. Null means that there is no such rule. */
export interface ShopFields extends TermsOfMovie, OpeningDays {
  readonly name: string;
  /** The IANA time zone in which all dates are determined. */
  readonly timeZone: string;
  /** ISO 4217. */
  readonly currency: string;
  /** Days after the due date on which no late fee is due. */
  readonly graceDays: number | null;
  readonly maxLateFee: number | null;
  /** Maximum number of copies that a client may have out. */
  readonly maxOpenCopies: number | null;
  readonly maxRenewals: number | null;
  /** Whether a client with an overdue copy is refused further rentals. */
  readonly blockWhenOverdue: boolean;
  /** A client who owes more than this is refused further rentals. */
  readonly blockWhenOwing: number | null;
  /** Open days that a ready hold waits on the shelf. */
  readonly holdShelfDays: number | null;
  /** Minutes in which a rental that was entered by mistake may be deleted. */
  readonly correctionMinutes: number | null;
}

export const shopMembers = new RecordedMembers<ShopFields>({
  name: 'recorded',
  timeZone: 'recorded',
  currency: 'recorded',
  rentalDays: 'recorded',
  rentalRate: 'recorded',
  lateFeePerDay: 'recorded',
  replacementCost: 'recorded',
  graceDays: 'recorded',
  maxLateFee: 'recorded',
  maxOpenCopies: 'recorded',
  maxRenewals: 'recorded',
  blockWhenOverdue: 'recorded',
  blockWhenOwing: 'recorded',
  openingDays: 'recorded',
  closedDates: 'recorded',
  holdShelfDays: 'recorded',
  correctionMinutes: 'recorded',
});

/** The shop and its policy. The table has one row, created by a migration. */
@Entity('shop')
@Check('ck_shop_one_row', 'id = 1')
export class Shop implements ShopFields {
  @PrimaryColumn({ type: 'integer' })
  id!: number;

  @TextColumn({ length: 100 })
  name!: string;

  @TextColumn({ length: 64 })
  timeZone!: string;

  @TextColumn({ length: 3 })
  currency!: string;

  @Column({ type: 'integer', nullable: true })
  rentalDays!: number | null;

  @Column({ type: 'integer', nullable: true })
  rentalRate!: number | null;

  @Column({ type: 'integer', nullable: true })
  lateFeePerDay!: number | null;

  @Column({ type: 'integer', nullable: true })
  graceDays!: number | null;

  @Column({ type: 'integer', nullable: true })
  maxLateFee!: number | null;

  @Column({ type: 'integer', nullable: true })
  replacementCost!: number | null;

  @Column({ type: 'integer', nullable: true })
  maxOpenCopies!: number | null;

  @Column({ type: 'integer', nullable: true })
  maxRenewals!: number | null;

  @FlagColumn()
  blockWhenOverdue!: boolean;

  @Column({ type: 'integer', nullable: true })
  blockWhenOwing!: number | null;

  @ListColumn({ length: 64, nullable: true })
  openingDays!: Weekday[] | null;

  @ListColumn({ length: 16_000 })
  closedDates!: CalendarDate[];

  @Column({ type: 'integer', nullable: true })
  holdShelfDays!: number | null;

  @Column({ type: 'integer', nullable: true })
  correctionMinutes!: number | null;
}
