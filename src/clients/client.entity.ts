import { Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { TextColumn } from '../database/text-column.js';
import { TrigramIndex } from '../database/trigram-index.js';
import { searchable, searchableLength } from '../kernel/text.js';

/** What a clerk says of a client. */
export interface ClientFields {
  readonly firstName: string;
  readonly lastName: string;
  readonly address: string | null;
  readonly licenseNumber: string | null;
}

@Entity()
export class Client {
  @PrimaryGeneratedColumn()
  id: number;

  @TextColumn({ length: 100 })
  firstName: string;

  @TextColumn({ length: 100 })
  lastName: string;

  /** "first last" without case or accents, to be found by. */
  @TextColumn({ length: searchableLength })
  @TrigramIndex()
  nameSearch: string;

  /** "last first" without case or accents, to be sorted by. */
  @TextColumn({ length: searchableLength })
  @Index()
  nameSort: string;

  @TextColumn({ length: 500, nullable: true })
  address: string | null;

  /** Two clients may not share one. */
  @TextColumn({ length: 64, nullable: true })
  @Index({ unique: true })
  licenseNumber: string | null;

  static columnsOf(fields: ClientFields): Omit<Client, 'id'> {
    const { firstName, lastName } = fields;
    return {
      ...fields,
      nameSearch: searchable(`${firstName} ${lastName}`),
      nameSort: searchable(`${lastName} ${firstName}`),
    };
  }
}
