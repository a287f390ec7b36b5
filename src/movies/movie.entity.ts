import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { TextColumn } from '../platform/database/columns/text-column.js';
import { TrigramIndex } from '../platform/database/search/trigram-index.js';
import { Genre } from '../genres/genre.entity.js';
import { searchable, searchableLength } from '../kernel/text.js';
import type { MovieCopy } from './movie-copy.entity.js';

/** The editable fields of a movie. */
export interface MovieFields {
  readonly title: string;
  readonly description: string | null;
  readonly year: number;
  readonly director: string | null;
  readonly genreId: number;
}

/** Number of copies in stock, and of those that can be rented now. */
export interface StockCount {
  readonly stock: number;
  readonly available: number;
}

/** Maximum copies in the representation of a movie. */
export const maxCopiesShown = 200;

@Entity()
export class Movie {
  @PrimaryGeneratedColumn()
  id!: number;

  @TextColumn({ length: 255 })
  title!: string;

  /** The title without case and accents, for searching and sorting. */
  @TextColumn({ length: searchableLength })
  @Index()
  @TrigramIndex()
  titleSearch!: string;

  @TextColumn({ length: 5000, nullable: true })
  description!: string | null;

  @Column({ type: 'integer' })
  @Index()
  year!: number;

  @TextColumn({ length: 255, nullable: true })
  director!: string | null;

  @Column({ type: 'integer' })
  @Index()
  genreId!: number;

  @ManyToOne(() => Genre, { onDelete: 'RESTRICT' })
  @JoinColumn()
  genre?: Relation<Genre>;

  /**
   * The copies in stock (neither lost nor retired), if they were loaded: all, or at least the `maxCopiesShown` oldest.
   */
  copies!: MovieCopy[];

  /** Set if `copies` may be incomplete. */
  counted?: StockCount;

  get stock(): number {
    return this.counted?.stock ?? this.copies.length;
  }

  get available(): number {
    return this.counted?.available ?? this.copies.filter((copy) => copy.isAvailable).length;
  }

  static columnsOf(fields: Partial<MovieFields>): Partial<Movie> {
    return { ...fields, ...(fields.title !== undefined && { titleSearch: searchable(fields.title) }) };
  }
}
