import {
  Column,
  Entity,
  ForeignKey,
  Index,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { Client } from '../clients/client.entity.js';
import type { CalendarDate } from '../kernel/calendar.js';
import { daysOverdue, type DueDate, type LineTerms } from '../policy/terms.js';
import { TextColumn } from '../platform/database/columns/text-column.js';
import { InstantColumn } from '../platform/database/columns/instant-column.js';
import { latest } from '../kernel/clock.js';
import { isOpen } from '../loans/loan.view.js';
import { MovieCopy } from '../movies/movie-copy.entity.js';

/** A rental of one or more copies by one client. Whether and when it was closed is derived from its lines. */
@Entity('movie_rent')
@Index(['clientId', 'id'], { unique: true })
export class MovieRent {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'integer' })
  clientId!: number;

  @ManyToOne(() => Client, { onDelete: 'RESTRICT' })
  @JoinColumn()
  client?: Relation<Client>;

  @InstantColumn()
  @Index()
  creationDatetime!: Date;

  /** When a rental that was entered by mistake was made void; its lines have ended since. */
  @InstantColumn({ nullable: true })
  voidedDatetime!: Date | null;

  @OneToMany(() => MovieRentDetail, (detail) => detail.movieRent)
  details!: Relation<MovieRentDetail>[];

  get isClosed(): boolean {
    return this.details.every((detail) => !detail.isOpen);
  }

  /** When the last loan ended; null while a copy is out. */
  get closedDatetime(): Date | null {
    if (!this.isClosed) return null;
    return latest(...this.details.map(({ endDatetime }) => endDatetime!));
  }
}

/** The columns of a new rental. */
export type MovieRentColumns = Omit<MovieRent, 'id' | 'client' | 'details' | 'isClosed' | 'closedDatetime'>;

/** A due date after all others. */
const never = '9999-12-31T23:59:59.999Z';

/** Returns the SQL condition that the copy of a line is out and has a due date; the condition of an index. */
export const isDueLine = (line: string): string => `${isOpen(line)} AND ${line}.dueDatetime IS NOT NULL`;

/** Returns the SQL expression that is equivalent to `dueOrder`. */
export const dueOrder = (line: string): string => `COALESCE(${line}.dueDatetime, '${never}')`;

/**
 * Returns the SQL condition of lines that ended after their due date, or are out and have one; the condition of two
 * indexes. SQLite uses them only if the column is on the left of the comparison.
 */
export const mayBeOverdue = (line: string): string =>
  `${line}.dueDatetime IS NOT NULL AND ` +
  `${line}.dueDatetime < COALESCE(${line}.returnedDatetime, ${line}.lostDatetime, '${never}')`;

/** A line of a rental: one copy, which is out from its lending until it is returned or declared lost. */
@Entity('movie_rent_detail')
@Index('ix_movie_rent_detail_one_open_line_per_copy', ['movieCopyId'], {
  unique: true,
  where: 'returned_datetime IS NULL AND lost_datetime IS NULL',
})
@Index('ix_movie_rent_detail_may_be_overdue', { synchronize: false })
@Index('ix_movie_rent_detail_may_be_overdue_by_id', { synchronize: false })
@Index('ix_movie_rent_detail_open_lines_by_due', { synchronize: false })
@Index('ix_movie_rent_detail_open_lines_of_client', ['clientId'], {
  where: 'returned_datetime IS NULL AND lost_datetime IS NULL AND client_id > 0',
})
@Index('ix_movie_rent_detail_open_lines', ['movieRentId'], {
  where: 'returned_datetime IS NULL AND lost_datetime IS NULL AND movie_rent_id > 0',
})
@ForeignKey(() => MovieRent, ['movieRentId', 'clientId'], ['id', 'clientId'], {
  onDelete: 'RESTRICT',
  onUpdate: 'CASCADE',
})
export class MovieRentDetail implements LineTerms, DueDate {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'integer' })
  @Index()
  movieRentId!: number;

  /** The client of its rental, repeated for an index of a client's open lines; a foreign key keeps the two equal. */
  @Column({ type: 'integer', select: false })
  clientId!: number;

  @ManyToOne(() => MovieRent, (rent) => rent.details, { createForeignKeyConstraints: false })
  @JoinColumn()
  movieRent?: Relation<MovieRent>;

  @Column({ type: 'integer' })
  @Index()
  movieCopyId!: number;

  @ManyToOne(() => MovieCopy, { onDelete: 'RESTRICT' })
  @JoinColumn()
  movieCopy?: Relation<MovieCopy>;

  /** When this copy was lent; later than the rental's creation if the line was added afterwards. */
  @InstantColumn()
  lentDatetime!: Date;

  @InstantColumn({ nullable: true })
  returnedDatetime!: Date | null;

  /** When the copy was declared lost. At most one of this and `returnedDatetime` is set. */
  @InstantColumn({ nullable: true })
  lostDatetime!: Date | null;

  @TextColumn({ length: 10, nullable: true })
  dueOn!: CalendarDate | null;

  @InstantColumn({ nullable: true })
  dueDatetime!: Date | null;

  @TextColumn({ length: 64, nullable: true })
  timeZone!: string | null;

  @Column({ type: 'integer', nullable: true })
  rentalDays!: number | null;

  @Column({ type: 'integer', nullable: true })
  rentalRate!: number | null;

  @Column({ type: 'integer', nullable: true })
  lateFeePerDay!: number | null;

  @Column({ type: 'integer', nullable: true })
  replacementCost!: number | null;

  @Column({ type: 'integer', nullable: true })
  graceDays!: number | null;

  @Column({ type: 'integer', nullable: true })
  maxLateFee!: number | null;

  /** The number of its renewals; null: none. */
  @Column({ type: 'integer', nullable: true })
  renewals!: number | null;

  /** When the loan ended; null while the copy is out. */
  get endDatetime(): Date | null {
    return this.returnedDatetime ?? this.lostDatetime;
  }

  get isOpen(): boolean {
    return !this.endDatetime;
  }

  /** The value by which lines are sorted by due date: lines without one come last. */
  get dueOrder(): string {
    return this.dueDatetime?.toISOString() ?? never;
  }

  /**
   * Returns the number of days after the due date at which the copy was returned or, if it is out, that have passed at
   * `now`.
   */
  daysOverdue(now: Date): number {
    return daysOverdue(this, this.endDatetime ?? now);
  }

  isOverdue(now: Date): boolean {
    return this.dueDatetime !== null && (this.endDatetime ?? now) > this.dueDatetime;
  }
}

/** The columns of a new line. */
export type MovieRentDetailColumns = Omit<
  MovieRentDetail,
  'id' | 'movieRent' | 'movieCopy' | 'isOpen' | 'isOverdue' | 'daysOverdue' | 'dueOrder' | 'endDatetime'
>;

/** The terms and due date that a line gets when its copy is lent. */
export type TermsOfLine = Pick<MovieRentDetail, keyof LineTerms | keyof DueDate>;

export const termsOfLine = ({
  rentalDays,
  rentalRate,
  lateFeePerDay,
  replacementCost,
  graceDays,
  maxLateFee,
  dueOn,
  dueDatetime,
  timeZone,
}: TermsOfLine): TermsOfLine => ({
  rentalDays,
  rentalRate,
  lateFeePerDay,
  replacementCost,
  graceDays,
  maxLateFee,
  dueOn,
  dueDatetime,
  timeZone,
});
