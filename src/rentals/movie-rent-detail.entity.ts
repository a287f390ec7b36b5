import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { InstantColumn } from '../platform/database/columns/instant-column.js';
import { MovieCopy } from '../movies/movie-copy.entity.js';
import type { MovieRent } from './movie-rent.entity.js';

/** A line of a rental: one copy, which is out from its lending until its return. */
@Entity()
@Index('ix_movie_rent_detail_one_open_line_per_copy', ['movieCopyId'], {
  unique: true,
  where: 'returned_datetime IS NULL',
})
@Index('ix_movie_rent_detail_open_lines', ['movieRentId'], { where: 'returned_datetime IS NULL AND movie_rent_id > 0' })
export class MovieRentDetail {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'integer' })
  @Index()
  movieRentId!: number;

  @ManyToOne('MovieRent', 'details', { onDelete: 'RESTRICT' })
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

  get isOpen(): boolean {
    return !this.returnedDatetime;
  }
}
