import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { InstantColumn } from '../instant-column.js';
import { collation } from '../text-column.js';

/** The answer to a request that may come again, written in the same transaction as what the request did. */
@Entity()
export class IdempotencyKey {
  @PrimaryColumn({ type: 'varchar', length: 255, collation })
  key: string;

  /** A digest of the request that came with the key. */
  @Column({ type: 'varchar', length: 64, collation })
  request: string;

  /** The answer's JSON, to the byte. */
  @Column({ type: 'text', collation })
  answer: string;

  @InstantColumn()
  @Index()
  creationDatetime: Date;
}
