import { Column, Entity, Index, PrimaryGeneratedColumn, type ValueTransformer, VirtualColumn } from 'typeorm';
import type { CalendarDate } from '../kernel/calendar.js';
import { integer } from '../platform/database/columns/integer.js';
import { TextColumn } from '../platform/database/columns/text-column.js';
import { changesOf } from '../platform/events/change.js';
import { RecordedMembers } from '../platform/events/recorded-members.js';
import { TrigramIndex } from '../platform/database/search/trigram-index.js';
import { identityKey, keyLength, searchable, searchableLength } from '../kernel/text.js';

/** The editable fields of a client. */
export interface ClientFields {
  /** Null for a person with a single name. */
  readonly firstName: string | null;
  readonly lastName: string;
  readonly address: string | null;
  readonly licenseNumber: string | null;
  readonly email?: string | null;
  readonly phone?: string | null;
  /** Maximum number of copies that this client may have out at the same time; null: the shop's limit. */
  readonly maxOpenCopies?: number | null;
}

/** When a loan is due. */
interface FirstDue {
  readonly dueOn: CalendarDate;
  readonly dueDatetime: Date;
}

/** The instant, whose text has a fixed width, and the date. */
const dueDate: ValueTransformer = {
  to: (value: unknown) => value,
  from: (text: string | null): FirstDue | null =>
    text === null ? null : { dueDatetime: new Date(text.slice(0, -dateLength)), dueOn: text.slice(-dateLength) },
};
const dateLength = '2026-02-28'.length;

/** Returns the SQL condition that a limit of the policy or of the client's own applies to a client. */
export const isLimited = (client: string): string =>
  `(${client}.max_open_copies IS NOT NULL OR EXISTS ` +
  '(SELECT 1 FROM shop WHERE shop.id = 1 AND (shop.max_open_copies IS NOT NULL OR shop.block_when_overdue = 1)))';

/** Returns a subquery of the open loans of a client to whom a limit applies; null for other clients. */
const openLoansOf = (client: string, selection: string): string =>
  `SELECT CASE WHEN ${isLimited(client)} THEN (SELECT ${selection} FROM open_loan AS loan ` +
  `WHERE loan.client_id = ${client}.id AND loan.client_id > 0) END`;

export const clientMembers = new RecordedMembers<ClientFields>({
  firstName: 'personal',
  lastName: 'personal',
  address: 'personal',
  licenseNumber: 'personal',
  email: 'personal',
  phone: 'personal',
  maxOpenCopies: 'recorded',
});

export const changeOfClient = changesOf('clients');

@Entity('client')
export class Client {
  @PrimaryGeneratedColumn()
  id!: number;

  @TextColumn({ length: 100, nullable: true })
  firstName!: string | null;

  @TextColumn({ length: 100 })
  lastName!: string;

  /** "first last" without case and accents, for searching. */
  @TextColumn({ length: searchableLength })
  @TrigramIndex('client')
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

  @TextColumn({ length: 254, nullable: true })
  email!: string | null;

  @TextColumn({ length: 64, nullable: true })
  phone!: string | null;

  @Column({ type: 'integer', nullable: true })
  maxOpenCopies!: number | null;

  /** The copies that are out, if they were counted: only if a limit applies to the client. */
  @VirtualColumn({
    type: 'integer',
    select: false,
    query: (client) => openLoansOf(client, 'COUNT(*)'),
    transformer: integer,
  })
  openCopies?: number | null;

  /** When the first of the copies that are out is due, if loaded: only if a limit applies to the client. */
  @VirtualColumn({
    type: 'varchar',
    select: false,
    query: (client) => openLoansOf(client, 'MIN(loan.due_datetime || loan.due_on)'),
    transformer: dueDate,
  })
  firstDue?: FirstDue | null;

  static columnsOf(fields: ClientFields): Omit<Client, 'id'> {
    const { firstName, lastName, licenseNumber, email = null, phone = null, maxOpenCopies = null } = fields;
    return {
      ...fields,
      email,
      phone,
      maxOpenCopies,
      nameSearch: searchable(`${firstName ?? ''} ${lastName}`),
      nameSort: searchable(`${lastName} ${firstName ?? ''}`),
      licenseKey: licenseNumber ? identityKey(licenseNumber) : null,
    };
  }
}
