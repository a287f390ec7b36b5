import { Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { TextColumn } from '../platform/database/columns/text-column.js';
import { RecordedMembers } from '../platform/events/recorded-members.js';
import { identityKey, keyLength } from '../kernel/text.js';

/** The editable fields of a genre. */
export interface GenreFields {
  readonly name: string;
  readonly description: string | null;
}

export const genreMembers = new RecordedMembers<GenreFields>({ name: 'recorded', description: 'recorded' });

@Entity('genre')
export class Genre {
  @PrimaryGeneratedColumn()
  id!: number;

  @TextColumn({ length: 100 })
  name!: string;

  /** The normalized name, which is unique regardless of case, width and kinds of punctuation. */
  @TextColumn({ length: keyLength })
  @Index({ unique: true })
  nameKey!: string;

  @TextColumn({ length: 2000, nullable: true })
  description!: string | null;

  static columnsOf(fields: GenreFields): Omit<Genre, 'id'> {
    return { ...fields, nameKey: identityKey(fields.name) };
  }
}
