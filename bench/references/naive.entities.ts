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

@Entity()
export class Genre {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  name!: string;
}

@Entity()
export class Movie {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  title!: string;

  @Column({ type: 'varchar', nullable: true })
  description!: string | null;

  @Column()
  year!: number;

  @Column({ type: 'varchar', nullable: true })
  director!: string | null;

  @Column()
  genre_id!: number;

  @ManyToOne(() => Genre)
  @JoinColumn({ name: 'genre_id' })
  genre!: Relation<Genre>;

  @OneToMany(() => MovieCopy, (copy) => copy.movie, { cascade: true })
  copies!: Relation<MovieCopy>[];
}

@Entity()
export class MovieCopy {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ unique: true })
  code!: string;

  @Column({ default: false })
  is_rented!: boolean;

  // Not every tutorial indexes the columns of its joins, but without an index it would be too slow to compare.
  @Index()
  @Column()
  movie_id!: number;

  @ManyToOne(() => Movie, (movie) => movie.copies)
  @JoinColumn({ name: 'movie_id' })
  movie!: Relation<Movie>;
}

@Entity()
export class Client {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  first_name!: string;

  @Column()
  last_name!: string;
}

@Entity()
export class MovieRent {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  client_id!: number;

  @ManyToOne(() => Client)
  @JoinColumn({ name: 'client_id' })
  client!: Relation<Client>;

  @Column({ type: 'varchar' })
  creation_datetime!: string;

  @OneToMany(() => MovieRentDetail, (detail) => detail.rent, { cascade: true })
  details!: Relation<MovieRentDetail>[];
}

@Entity()
export class MovieRentDetail {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'varchar', nullable: true })
  returned_datetime!: string | null;

  @Index()
  @Column()
  movie_rent_id!: number;

  @ManyToOne(() => MovieRent, (rent) => rent.details)
  @JoinColumn({ name: 'movie_rent_id' })
  rent!: Relation<MovieRent>;

  @Column()
  movie_copy_id!: number;

  @ManyToOne(() => MovieCopy, { cascade: true })
  @JoinColumn({ name: 'movie_copy_id' })
  movie_copy!: Relation<MovieCopy>;
}
