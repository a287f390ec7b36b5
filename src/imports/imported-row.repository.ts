import type { EntityManager } from 'typeorm';
import { ImportedRow } from './imported-row.entity.js';

export class ImportedRowRepository {
  constructor(private readonly manager: EntityManager) {}

  /**
   * Maps what became one row to another one, so that a repeated import refers to that.
   * @returns the number of rows of sources
   */
  async redirect(tableName: string, fromId: number, toId: number): Promise<number> {
    const { affected } = await this.manager.update(ImportedRow, { tableName, rowId: fromId }, { rowId: toId });
    return affected!;
  }
}
