import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import type { CalendarDate } from '../kernel/calendar.js';
import { InstantColumn } from '../platform/database/columns/instant-column.js';
import { TextColumn } from '../platform/database/columns/text-column.js';
import { Client } from './client.entity.js';

/** A block: the client may rent nothing through a date of the shop's calendar, or without an end. */
@Entity('client_block')
export class ClientBlock {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'integer' })
  @Index()
  clientId!: number;

  @ManyToOne(() => Client, { onDelete: 'RESTRICT' })
  @JoinColumn()
  client?: Relation<Client>;

  @TextColumn({ length: 500 })
  reason!: string;

  /** The last date of the block; null: no end. */
  @TextColumn({ length: 10, nullable: true })
  until!: CalendarDate | null;

  @InstantColumn()
  creationDatetime!: Date;
}
