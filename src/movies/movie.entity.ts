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

/** How many copies of a movie are in stock, and how many of them can be lent now. */
export interface StockCount {
  readonly stock: number;
  readonly available: number;
}

/** The copies that a movie is shown with at most. */
export const maxCopiesShown = 200;

@Entity()
export class Movie {
  @PrimaryGeneratedColumn()
  id: number;

  @TextColumn({ length: 255 })
  title: string;

  /** The title without case or accents, to be found and sorted by. */
  @TextColumn({ length: searchableLength })
  @Index()
  @TrigramIndex()
  titleSearch: string;

  @TextColumn({ length: 5000, nullable: true })
  description: string | null;

  @Column({ type: 'integer' })
  @Index()
  year: number;

  @TextColumn({ length: 255, nullable: true })
  director: string | null;

  @Column({ type: 'integer' })
  @Index()
  genreId: number;

  @ManyToOne(() => Genre, { onDelete: 'RESTRICT' })
  @JoinColumn()
  genre?: Relation<Genre>;

  /**
   * The copies in stock, neither lost nor retired, where it was read with them: all of them, or of more than
   * `maxCopiesShown` at least so many, the oldest.
   */
  copies: MovieCopy[];

  /** Set where `copies` may not be all. */
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
