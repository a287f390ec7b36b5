import {
  Check,
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
  type ValueTransformer,
  VirtualColumn,
} from 'typeorm';
import type { CalendarDate } from '../kernel/calendar.js';
import { instant } from '../platform/database/columns/instant-column.js';
import { fromOpenLoanOf, type Loan } from '../loans/loan.view.js';
import { TextColumn } from '../platform/database/columns/text-column.js';
import { changesOf } from '../platform/events/change.js';
import { RecordedMembers } from '../platform/events/recorded-members.js';
import { identityKey, keyLength } from '../kernel/text.js';
import { Movie } from './movie.entity.js';

export const serviceStates = ['in_service', 'maintenance', 'lost', 'retired'] as const;
/** State of a copy, as set by the shop. Whether the copy is out is derived from the loans. */
export type ServiceState = (typeof serviceStates)[number];

/** States in which a copy does not count as stock. */
export const outOfStock: readonly ServiceState[] = ['lost', 'retired'];

/** The editable fields of a copy. */
export interface CopyFields {
  readonly code: string;
  readonly serviceState: ServiceState;
}

export const copyMembers = new RecordedMembers<CopyFields>({ code: 'recorded', serviceState: 'recorded' });

export const changeOfCopy = changesOf('movie_copies');

/** Changes of a copy; absent members are kept. */
export interface CopyChanges extends Partial<CopyFields> {
  /** The movie to file it under, if it was never rented. */
  readonly movieId?: number;
}

/** The rental that a copy is out on. */
export interface OpenRent {
  readonly id: number;
  /** When the copy is due; null: never. */
  readonly dueOn: CalendarDate | null;
}

/** The id and the date, separated by a blank. */
const openRent: ValueTransformer = {
  to: (value: unknown) => value,
  from: (text: string | null): OpenRent | null => {
    if (text === null) return null;
    const [id, dueOn] = text.split(' ');
    return { id: Number(id), dueOn: dueOn || null };
  },
};

/** One physical disc or tape. */
@Entity('movie_copy')
@Check('ck_movie_copy_service_state', `service_state IN ('in_service', 'maintenance', 'lost', 'retired')`)
export class MovieCopy {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'integer' })
  @Index()
  movieId!: number;

  @ManyToOne(() => Movie, { onDelete: 'RESTRICT' })
  @JoinColumn()
  movie?: Relation<Movie>;

  /** The barcode as entered. */
  @TextColumn({ length: 64 })
  code!: string;

  /** The normalized barcode, unique, for searching and sorting. */
  @TextColumn({ length: keyLength, default: '' })
  @Index({ unique: true })
  codeKey!: string;

  @TextColumn({ length: 16 })
  serviceState!: ServiceState;

  /** The rental that the copy is out on, if its loans were loaded; null if it is not out. */
  @VirtualColumn({
    type: 'varchar',
    select: false,
    query: (copy) => `SELECT loan.movie_rent_id || ' ' || COALESCE(loan.due_on, '') ${fromOpenLoanOf(copy)}`,
    transformer: openRent,
  })
  openRent?: OpenRent | null;

  /** The loan that it is out on, if it was read; at most one. */
  openLoans?: Loan[];

  /** The end of its latest loan, if its loans were loaded; null if it was never out. */
  @VirtualColumn({
    type: 'varchar',
    select: false,
    query: (copy) =>
      `SELECT MAX(COALESCE(loan.returned_datetime, loan.lost_datetime)) FROM loan WHERE loan.movie_copy_id = ${copy}.id`,
    transformer: instant,
  })
  lastReturn?: Date | null;

  static columnsOf(fields: CopyFields): Omit<MovieCopyColumns, 'movieId'> {
    return { ...fields, codeKey: identityKey(fields.code) };
  }

  get isRented(): boolean {
    return Boolean(this.openRent ?? this.openLoans?.length);
  }

  get isInService(): boolean {
    return this.serviceState === 'in_service';
  }

  get isAvailable(): boolean {
    return this.isInService && !this.isRented;
  }
}

/** The columns of a new copy. */
export type MovieCopyColumns = Omit<
  MovieCopy,
  'id' | 'movie' | 'openRent' | 'openLoans' | 'lastReturn' | 'isRented' | 'isInService' | 'isAvailable'
>;

/** Returns the SQL condition that a copy can be rented now, equivalent to `MovieCopy.isAvailable`. */
export const isAvailable = (alias: string): string =>
  `${alias}.serviceState = 'in_service' AND NOT EXISTS (SELECT 1 ${fromOpenLoanOf(alias)})`;

/** Number of copies in stock, and of those that can be rented now. */
export interface StockCount {
  readonly stock: number;
  readonly available: number;
  /** If none can be rented now: when the first of those that are out is due; null if none is due. */
  readonly nextDueOn: CalendarDate | null;
}

/** Maximum copies in the representation of a movie. */
export const maxCopiesShown = 200;

/** A movie that was read with its copies. */
export interface StockedMovie extends Movie {
  /** The copies in stock (neither lost nor retired): all, or at least the `maxCopiesShown` oldest. */
  copies: MovieCopy[];
  /** Set if `copies` may be incomplete. */
  counted?: StockCount;
}

export const stockOf = ({ counted, copies }: StockedMovie): StockCount => counted ?? countOf(copies);

function countOf(copies: readonly MovieCopy[]): StockCount {
  let available = 0;
  let nextDueOn: CalendarDate | null = null;
  for (const copy of copies) {
    if (copy.isAvailable) available++;
    const dueOn = copy.openRent?.dueOn ?? null;
    if (dueOn !== null && (nextDueOn === null || dueOn < nextDueOn)) nextDueOn = dueOn;
  }
  return { stock: copies.length, available, nextDueOn: available > 0 ? null : nextDueOn };
}
