import { Column, Entity, Index, PrimaryGeneratedColumn, type ValueTransformer } from 'typeorm';
import { integer } from '../database/columns/integer.js';
import { InstantColumn } from '../database/columns/instant-column.js';
import { collation, TextColumn } from '../database/columns/text-column.js';
import type { Changes } from './recorded-members.js';

const json: ValueTransformer = {
  // Tools that copy rows give the stored text.
  to: (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value)),
  from: (text: string) => JSON.parse(text) as unknown,
};

/**
 * The record of a change: who changed what, and when. Written in the transaction of the change; the database refuses
 * to change or delete it, but for the removal of comments.
 */
@Entity('event')
@Index(['transactionId', 'id'])
@Index(['resource', 'resourceId', 'transactionId', 'id'])
@Index(['type', 'transactionId', 'id'])
@Index(['actor', 'transactionId', 'id'])
export class Event {
  @PrimaryGeneratedColumn()
  id!: number;

  /** In the past tense: "rental.opened", "line.return_undone". */
  @TextColumn({ length: 64 })
  type!: string;

  /** The first segment of the resource's path: "movie_rents". */
  @TextColumn({ length: 64 })
  resource!: string;

  @Column({ type: 'integer' })
  resourceId!: number;

  /** Who made the change; null for an anonymous caller. */
  @TextColumn({ length: 128, nullable: true })
  actor!: string | null;

  @InstantColumn()
  creationDatetime!: Date;

  /** The id of the request in the access log; null for a change by a command. */
  @TextColumn({ length: 128, nullable: true })
  requestId!: string | null;

  /** What was changed and why. Contains no personal data apart from comments and notes of clerks. */
  @Column({ type: 'text', collation, transformer: json })
  changes!: Changes;

  /** Orders events by their commits, with the id: see docs/decisions/0051. */
  @Column({ type: 'bigint', default: 0, transformer: integer })
  transactionId!: number;
}
