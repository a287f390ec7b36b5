import { MovieRentDetail } from '../../src/rentals/movie-rent.entity.js';
import { type EntityManager, In } from 'typeorm';
import { ImportedRow } from '../../src/imports/imported-row.entity.js';
import type { Loan } from './overlaps.js';
import { inBatches, type StoredRow, Tables } from '../support/tables.js';

/** The rows of one table by their ids in the source of an import. */
export interface Plan<Row> {
  readonly table: string;
  /** Rows of an earlier import, even if the shop has deleted them since. */
  readonly known: ReadonlyMap<string, number>;
  /** Rows of the source that the shop has without having imported them. */
  readonly adopted: ReadonlyMap<string, number>;
  /** Rows to add, with the ids that they will have. */
  readonly added: readonly (Row & { readonly id: number })[];
  readonly idOf: (sourceId: string) => number;
}

/** The reads and writes of an import, in a unit of work in which all tables are locked. */
export class ShopStore {
  private readonly tables: Tables;

  constructor(private readonly manager: EntityManager) {
    this.tables = new Tables(manager);
  }

  lock(): Promise<void> {
    return this.tables.lock();
  }

  /** @param adopt finds, by their ids in the source, rows that the shop has without having imported them */
  async plan<Row extends { readonly sourceId: string }>(
    source: string,
    table: string,
    rows: readonly Row[],
    adopt: (rows: readonly Row[]) => Promise<ReadonlyMap<string, number>> = () => Promise.resolve(new Map()),
  ): Promise<Plan<Row>> {
    const imported = await this.manager
      .createQueryBuilder(ImportedRow, 'row')
      .select(['row.sourceId AS "sourceId"', 'row.rowId AS "rowId"'])
      .where({ source, tableName: table })
      .getRawMany<{ sourceId: string; rowId: number }>();
    const known = new Map(imported.map(({ sourceId, rowId }) => [sourceId, rowId]));
    const unknown = rows.filter(({ sourceId }) => !known.has(sourceId));
    const adopted = await adopt(unknown);
    const nextId = ((await this.tables.lastId(table)) ?? 0) + 1;
    const added = unknown
      .filter(({ sourceId }) => !adopted.has(sourceId))
      .map((row, position) => ({ ...row, id: nextId + position }));
    const ids = new Map([...known, ...adopted, ...added.map(({ sourceId, id }) => [sourceId, id] as const)]);
    return { table, known, adopted, added, idOf: (sourceId) => ids.get(sourceId)! };
  }

  /** Returns the values of a property that occur in rows, with the ids of these rows. */
  async findBy<Value>(table: string, property: string, values: readonly Value[]): Promise<Map<Value, number>> {
    const found = new Map<Value, number>();
    for (const batch of inBatches(values)) {
      const rows = await this.manager
        .createQueryBuilder(this.manager.connection.getMetadata(table).target, 'row')
        .select([])
        .addSelect('row.id', 'id')
        .addSelect(`row.${property}`, 'value')
        .where({ [property]: In(batch) })
        .getRawMany<{ id: number; value: Value }>();
      for (const { id, value } of rows) found.set(value, id);
    }
    return found;
  }

  /** Returns all past and present loans of these copies. */
  async findLoans(copyIds: readonly number[]): Promise<Loan[]> {
    const loans: Loan[] = [];
    for (const batch of inBatches(copyIds)) {
      const found = await this.manager
        .createQueryBuilder(MovieRentDetail, 'line')
        .select('line.movieCopyId', 'copy')
        .addSelect('line.lentDatetime', 'lent')
        .addSelect('COALESCE(line.returnedDatetime, line.lostDatetime)', 'returned')
        .where({ movieCopyId: In(batch) })
        .getRawMany<{ copy: number; lent: string; returned: string | null }>();
      loans.push(
        ...found.map(({ copy, lent, returned }) => ({
          copy,
          lent: new Date(lent),
          returned: returned === null ? null : new Date(returned),
        })),
      );
    }
    return loans;
  }

  /** Adds the rows of a plan, and stores their source. */
  async add<Row extends { readonly sourceId: string }>(
    source: string,
    { table, adopted, added, idOf }: Plan<Row>,
    toFields: (row: Row) => StoredRow,
    advance: (rows: number) => void,
  ): Promise<void> {
    await this.insert(
      table,
      added.map((row) => ({ id: row.id, ...toFields(row) })),
      advance,
    );
    const sourceIds = [...adopted.keys(), ...added.map(({ sourceId }) => sourceId)];
    await this.addNew(
      'imported_row',
      sourceIds.map((sourceId) => ({ source, tableName: table, sourceId, rowId: idOf(sourceId) })),
    );
  }

  /** Adds rows that no plan has given an id, and returns the id of the first; the others follow it without gaps. */
  async addNew(table: string, rows: readonly StoredRow[]): Promise<number> {
    const nextId = ((await this.tables.lastId(table)) ?? 0) + 1;
    await this.insert(
      table,
      rows.map((row, position) => ({ id: nextId + position, ...row })),
    );
    return nextId;
  }

  private async insert(
    table: string,
    rows: readonly (StoredRow & { readonly id: number })[],
    advance: (rows: number) => void = () => undefined,
  ): Promise<void> {
    for (const batch of inBatches(rows)) {
      await this.tables.insert(table, batch);
      advance(batch.length);
    }
    if (rows.length > 0) await this.tables.continueAfter(table, rows.at(-1)!.id);
  }
}
