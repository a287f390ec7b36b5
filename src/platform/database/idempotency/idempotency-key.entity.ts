import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { InstantColumn } from '../columns/instant-column.js';
import { collation } from '../columns/text-column.js';

/** The answer to a request that may come again, written in the same transaction as what the request did. */
@Entity()
export class IdempotencyKey {
  @PrimaryColumn({ type: 'varchar', length: 255, collation })
  key: string;

  /** A digest of the request that came with the key; empty once the answer is erased. */
  @Column({ type: 'varchar', length: 64, collation })
  request: string;

  /** The answer's JSON, to the byte, as kept-answer.ts packs it; empty where it is not kept. */
  @Column({ type: 'text', collation })
  answer: string;

  /** The path of the resource that the answer shows. Null in rows of before this column. */
  @Column({ type: 'varchar', length: 64, collation, nullable: true })
  @Index()
  resource: string | null;

  @InstantColumn()
  @Index()
  creationDatetime: Date;
}
