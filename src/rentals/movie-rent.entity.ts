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
import { MovieRentDetail } from './movie-rent-detail.entity.js';

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
