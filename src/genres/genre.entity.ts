import { Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { TextColumn } from '../database/text-column.js';
import { caseless } from '../kernel/text.js';

/** What a clerk says of a genre. */
export interface GenreFields {
  readonly name: string;
  readonly description: string | null;
}

@Entity()
export class Genre {
  @PrimaryGeneratedColumn()
  id: number;

  @TextColumn({ length: 100 })
  name: string;

  /** The name without regard to case: two genres may not share it. */
  @TextColumn({ length: 300 })
  @Index({ unique: true })
  nameKey: string;

  @TextColumn({ length: 2000, nullable: true })
  description: string | null;

  static columnsOf(fields: Partial<GenreFields>): Partial<Genre> {
    return { ...fields, ...(fields.name !== undefined && { nameKey: caseless(fields.name) }) };
  }
}
