import { Check, Entity, PrimaryColumn } from 'typeorm';
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
}
