import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { TextColumn } from '../platform/database/columns/text-column.js';

/**
 * Maps a row of an imported source to the row that was created from it, or into which that row was merged. Outlives that
 * row, so that a repeated import does not restore deleted rows. Ids are never reused.
 */
@Entity('imported_row')
@Index(['source', 'tableName', 'sourceId'], { unique: true })
@Index(['tableName', 'rowId'])
export class ImportedRow {
  @PrimaryGeneratedColumn()
  id!: number;

  /** Name of the source, such as "sakila". */
  @TextColumn({ length: 64 })
  source!: string;

  /** The table that the row is, or was, in. */
  @TextColumn({ length: 64 })
  tableName!: string;

  /** The row's identifier in the source, unique within the table. */
  @TextColumn({ length: 300 })
  sourceId!: string;

  @Column({ type: 'integer' })
  rowId!: number;
}
