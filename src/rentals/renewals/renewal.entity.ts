import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import type { CalendarDate } from '../../kernel/calendar.js';
import { InstantColumn } from '../../platform/database/columns/instant-column.js';
import { TextColumn } from '../../platform/database/columns/text-column.js';
import { MovieRentDetail } from '../movie-rent.entity.js';

/** An extension of a line's due date. */
@Entity('renewal')
export class Renewal {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'integer' })
  @Index()
  movieRentDetailId!: number;

  @ManyToOne(() => MovieRentDetail, { onDelete: 'RESTRICT' })
  @JoinColumn()
  movieRentDetail?: Relation<MovieRentDetail>;

  @InstantColumn()
  creationDatetime!: Date;

  @TextColumn({ length: 10 })
  formerDueOn!: CalendarDate;

  @TextColumn({ length: 10 })
  dueOn!: CalendarDate;

  /** Who renewed the line, as in the event; null for an anonymous caller, an import or an earlier release. */
  @TextColumn({ length: 128, nullable: true })
  actor!: string | null;
}
