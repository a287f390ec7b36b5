import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
  VirtualColumn,
} from 'typeorm';
import type { CalendarDate } from '../kernel/calendar.js';
import { fromOpenLoanOf } from '../loans/loan.view.js';
import { defined } from '../platform/database/columns/defined.js';
import { TextColumn } from '../platform/database/columns/text-column.js';
import { changesOf } from '../platform/events/change.js';
import { RecordedMembers } from '../platform/events/recorded-members.js';
import { TrigramIndex } from '../platform/database/search/trigram-index.js';
import { Genre } from '../genres/genre.entity.js';
import type { TermsOfMovie } from '../policy/shop.entity.js';
import { searchable, searchableLength } from '../kernel/text.js';

/** The editable fields of a movie. */
export interface MovieFields extends Partial<TermsOfMovie> {
  readonly title: string;
  readonly description: string | null;
  readonly year: number;
  readonly director: string | null;
  readonly genreId: number;
}

export const movieMembers = new RecordedMembers<Required<MovieFields>>({
  title: 'recorded',
  description: 'recorded',
  year: 'recorded',
  director: 'recorded',
  genreId: 'recorded',
  rentalDays: 'recorded',
  rentalRate: 'recorded',
  lateFeePerDay: 'recorded',
  replacementCost: 'recorded',
});

export const changeOfMovie = changesOf('movies');

/** A movie without terms of its own has the shop's. */
const noOwnTerms: TermsOfMovie = {
  rentalDays: null,
  rentalRate: null,
  lateFeePerDay: null,
  replacementCost: null,
};

@Entity('movie')
export class Movie {
  @PrimaryGeneratedColumn()
  id!: number;

  @TextColumn({ length: 255 })
  title!: string;

  /** The title without case and accents, for searching and sorting. */
  @TextColumn({ length: searchableLength })
  @Index()
  @TrigramIndex('movie')
  titleSearch!: string;

  @TextColumn({ length: 5000, nullable: true })
  description!: string | null;

  @Column({ type: 'integer' })
  @Index()
  year!: number;

  @TextColumn({ length: 255, nullable: true })
  director!: string | null;

  /** The director's name without case and accents, for searching. */
  @TextColumn({ length: searchableLength, nullable: true })
  @TrigramIndex('movie')
  directorSearch!: string | null;

  @Column({ type: 'integer' })
  @Index()
  genreId!: number;

  @ManyToOne(() => Genre, { onDelete: 'RESTRICT' })
  @JoinColumn()
  genre?: Relation<Genre>;

  @Column({ type: 'integer', nullable: true })
  rentalDays!: number | null;

  @Column({ type: 'integer', nullable: true })
  rentalRate!: number | null;

  @Column({ type: 'integer', nullable: true })
  lateFeePerDay!: number | null;

  @Column({ type: 'integer', nullable: true })
  replacementCost!: number | null;

  /** When the first of its copies that are out is due, if loaded; null if none is out, or never due. */
  @VirtualColumn({
    type: 'varchar',
    select: false,
    query: (movie) =>
      `SELECT MIN((SELECT loan.due_on ${fromOpenLoanOf('one')})) FROM movie_copy AS one WHERE one.movie_id = ${movie}.id`,
  })
  firstDueOn?: CalendarDate | null;

  static columnsOf(fields: MovieFields): MovieColumns {
    return {
      ...noOwnTerms,
      ...defined(fields),
      titleSearch: searchable(fields.title),
      directorSearch: searchableOrNull(fields.director),
    };
  }
}

/** The columns of a new movie. */
export type MovieColumns = Omit<Movie, 'id' | 'genre' | 'firstDueOn'>;

/** Returns the columns that follow from the texts that are present. */
export const searchColumns = ({
  title,
  director,
}: Partial<MovieFields>): Partial<Pick<Movie, 'titleSearch' | 'directorSearch'>> => ({
  titleSearch: title === undefined ? undefined : searchable(title),
  directorSearch: director === undefined ? undefined : searchableOrNull(director),
});

const searchableOrNull = (text: string | null): string | null => (text === null ? null : searchable(text));
