import { Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { TextColumn } from '../platform/database/columns/text-column.js';
import { TrigramIndex } from '../platform/database/search/trigram-index.js';
import { identityKey, keyLength, searchable, searchableLength } from '../kernel/text.js';

/** The editable fields of a client. */
export interface ClientFields {
  /** Null for a person with a single name. */
  readonly firstName: string | null;
  readonly lastName: string;
  readonly address: string | null;
  readonly licenseNumber: string | null;
}

@Entity()
export class Client {
  @PrimaryGeneratedColumn()
  id!: number;

  @TextColumn({ length: 100, nullable: true })
  firstName!: string | null;

  @TextColumn({ length: 100 })
  lastName!: string;

  /** "first last" without case and accents, for searching. */
  @TextColumn({ length: searchableLength })
  @TrigramIndex()
  nameSearch!: string;

  /** "last first" without case and accents, for sorting. */
  @TextColumn({ length: searchableLength })
  @Index()
  nameSort!: string;

  @TextColumn({ length: 500, nullable: true })
  address!: string | null;

  @TextColumn({ length: 64, nullable: true })
  licenseNumber!: string | null;

  /** The normalized license number, which is unique. */
  @TextColumn({ length: keyLength, nullable: true })
  @Index({ unique: true })
  licenseKey!: string | null;

  static columnsOf(fields: ClientFields): Omit<Client, 'id'> {
    const { firstName, lastName, licenseNumber } = fields;
    return {
      ...fields,
      nameSearch: searchable(`${firstName ?? ''} ${lastName}`),
      nameSort: searchable(`${lastName} ${firstName ?? ''}`),
      licenseKey: licenseNumber ? identityKey(licenseNumber) : null,
    };
  }
}
