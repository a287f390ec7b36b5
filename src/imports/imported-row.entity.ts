import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { TextColumn } from '../platform/database/columns/text-column.js';

/**
 * Which row of the shop a row of an imported source became. It outlives the row of the shop, so that an import that is
 * repeated does not bring back what was deleted. Ids are never given out twice.
 */
@Entity()
@Index(['source', 'tableName', 'sourceId'], { unique: true })
export class ImportedRow {
  @PrimaryGeneratedColumn()
  id: number;

  /** Names the source, such as "sakila". */
  @TextColumn({ length: 64 })
  source: string;

  /** The table of the shop that the row is in, or was. */
  @TextColumn({ length: 64 })
  tableName: string;

  /** What the source identifies the row by among those of the table. */
  @TextColumn({ length: 300 })
  sourceId: string;

  @Column({ type: 'integer' })
  rowId: number;
}
