import { Check, Entity, PrimaryColumn } from 'typeorm';
import { TextColumn } from '../columns/text-column.js';

/** What all instances of the service on one database share. The table has one row, which a migration made. */
@Entity()
@Check('ck_installation_one_row', 'id = 1')
export class Installation {
  @PrimaryColumn({ type: 'integer' })
  id: number;

  /** 32 random bytes in base64url, from which keys are derived. */
  @TextColumn({ length: 64 })
  secret: string;
}
