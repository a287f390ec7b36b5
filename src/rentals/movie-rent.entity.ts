import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { Client } from '../clients/client.entity.js';
import { InstantColumn } from '../platform/database/columns/instant-column.js';
import { latest } from '../kernel/clock.js';
import { MovieCopy } from '../movies/movie-copy.entity.js';

/** A rental of one or more copies by one client. Whether and when it was closed is derived from its lines. */
@Entity()
export class MovieRent {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'integer' })
  @Index()
  clientId!: number;

  @ManyToOne(() => Client, { onDelete: 'RESTRICT' })
  @JoinColumn()
  client?: Relation<Client>;

  @InstantColumn()
  @Index()
  creationDatetime!: Date;

  @OneToMany(() => MovieRentDetail, (detail) => detail.movieRent)
  details!: Relation<MovieRentDetail>[];

  get isClosed(): boolean {
    return this.details.every((detail) => !detail.isOpen);
  }

  /** When the last copy was returned; null while one is out. */
  get closedDatetime(): Date | null {
    if (!this.isClosed) return null;
    return latest(...this.details.map(({ returnedDatetime }) => returnedDatetime!));
  }
}

/** The columns of a new rental. */
export type MovieRentColumns = Omit<MovieRent, 'id' | 'client' | 'details' | 'isClosed' | 'closedDatetime'>;

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

  @ManyToOne(() => MovieRent, (rent) => rent.details, { onDelete: 'RESTRICT' })
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

/** The columns of a new line. */
export type MovieRentDetailColumns = Omit<MovieRentDetail, 'id' | 'movieRent' | 'movieCopy' | 'isOpen'>;
