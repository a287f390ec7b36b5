import type { EntityManager } from 'typeorm';
import { dialectOf } from '../platform/database/dialect/dialect.js';
import { ImportedRow } from './imported-row.entity.js';

export class ImportedRowRepository {
  constructor(private readonly manager: EntityManager) {}

  /**
   * Redirects the sources of one row to another row, so that a repeated import refers to that row.
   * @returns the number of rows of sources
   */
  async redirect(tableName: string, fromId: number, toId: number): Promise<number> {
    const { affected } = await this.manager.update(ImportedRow, { tableName, rowId: fromId }, { rowId: toId });
    return affected!;
  }

  /** Returns the sources of rows of a table. */
  async of(tableName: string, rowIds: readonly number[]): Promise<ImportedRow[]> {
    const dialect = dialectOf(this.manager.connection);
    return this.manager
      .createQueryBuilder(ImportedRow, 'imported')
      .where('imported.tableName = :tableName', { tableName })
      .andWhere(dialect.isInList('imported.rowId', ':rowIds'), { rowIds: dialect.listParameter(rowIds) })
      .orderBy('imported.id')
      .getMany();
  }

  /**
   * Replaces the identifiers that rows have in their sources, which may be license numbers. An import of the same source
   * adds such a row again.
   * @returns the number of rows of sources
   */
  async eraseSourceIds(tableName: string, rowIds: readonly number[]): Promise<number> {
    const dialect = dialectOf(this.manager.connection);
    const { affected } = await this.manager.queryRunner!.query(
      `UPDATE imported_row SET source_id = 'erased ' || id WHERE table_name = $1 AND ${dialect.isInList('row_id', '$2')}
       AND source_id <> 'erased ' || id`,
      [tableName, dialect.listParameter(rowIds)],
      true,
    );
    return affected ?? 0;
  }
}
