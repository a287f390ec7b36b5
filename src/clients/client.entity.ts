import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { searchable } from '../kernel/text.js';

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

  @Column({ type: 'varchar', length: 100 })
  firstName: string;

  @Column({ type: 'varchar', length: 100 })
  lastName: string;

  /** "first last" without case or accents, to be found by. */
  @Column({ type: 'varchar', length: 1000 })
  nameSearch: string;

  /** "last first" without case or accents, to be sorted by. */
  @Column({ type: 'varchar', length: 1000 })
  @Index()
  nameSort: string;

  @Column({ type: 'varchar', length: 500, nullable: true })
  address: string | null;

  /** Two clients may not share one. */
  @Column({ type: 'varchar', length: 64, nullable: true })
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
