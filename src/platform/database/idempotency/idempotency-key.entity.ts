import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { InstantColumn } from '../columns/instant-column.js';
import { collation } from '../columns/text-column.js';

/** The stored response of an idempotent request, written in the transaction of the request. */
@Entity('idempotency_key')
export class IdempotencyKey {
  @PrimaryColumn({ type: 'varchar', length: 255, collation })
  key!: string;

  /** A digest of the request; empty after the response was erased. */
  @Column({ type: 'varchar', length: 64, collation })
  request!: string;

  /** The JSON of the response, as packed by stored-response.ts; empty if it is not stored. */
  @Column({ type: 'text', collation })
  answer!: string;

  /** The path of the resource in the response. Null in rows older than this column. */
  @Column({ type: 'varchar', length: 64, collation, nullable: true })
  @Index()
  resource!: string | null;

  @InstantColumn()
  @Index()
  creationDatetime!: Date;
}
