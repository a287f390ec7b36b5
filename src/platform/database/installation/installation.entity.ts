import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import { integer } from '../columns/integer.js';
import { TextColumn } from '../columns/text-column.js';

/** State shared by all service instances on one database. The table has one row, created by a migration. */
@Entity('installation')
@Check('ck_installation_one_row', 'id = 1')
export class Installation {
  @PrimaryColumn({ type: 'integer' })
  id!: number;

  /** 32 random bytes in base64url, from which keys are derived. */
  @TextColumn({ length: 64 })
  secret!: string;

  /** Added to the numbers of transactions in events, which start again in a restored or copied database. */
  @Column({ type: 'bigint', default: 0, transformer: integer })
  eventOffset!: number;
}
