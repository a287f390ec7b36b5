import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { Scope } from '../../../kernel/command.js';
import { InstantColumn } from '../../database/columns/instant-column.js';
import { ListColumn } from '../../database/columns/list-column.js';
import { TextColumn } from '../../database/columns/text-column.js';

/** A credential of a program or a desk. Only the digest of its secret is stored. */
@Entity('api_key')
export class ApiKey {
  @PrimaryGeneratedColumn()
  id!: number;

  /** The name of the caller in the record of changes. A rotated key and its successor share it. */
  @TextColumn({ length: 64 })
  name!: string;

  /** SHA-256 of the secret, in base64url. */
  @TextColumn({ length: 64 })
  digest!: string;

  @ListColumn({ length: 200 })
  scopes!: readonly Scope[];

  /**
   * The client id of a caller with the scope `self`. Without a foreign key, because the platform doesn't depend on
   * clients.
   */
  @Column({ type: 'integer', nullable: true })
  clientId!: number | null;

  @InstantColumn()
  creationDatetime!: Date;

  @InstantColumn({ nullable: true })
  expiryDatetime!: Date | null;

  @InstantColumn({ nullable: true })
  revokedDatetime!: Date | null;

  isUsableAt(now: Date): boolean {
    return this.revokedDatetime === null && (this.expiryDatetime === null || now < this.expiryDatetime);
  }
}
