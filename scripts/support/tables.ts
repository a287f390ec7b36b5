import type { EntityManager, EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { dialectOf } from '../../src/platform/database/dialect/dialect.js';
import type { EngineName } from '../../src/platform/database/dialect/sql.js';

/** Rows read or written by one statement: both databases accept as many values. */
const batchSize = 500;

/** The stored values of a row, by the property names of its entity. */
export type StoredRow = Readonly<Record<string, unknown>>;

/** The generated ids of a table, which may be higher than those of its rows. */
interface Sequences {
  /** Returns the last generated id, or 0. */
  last(manager: EntityManager, table: string, column: string): Promise<number>;
  set(manager: EntityManager, table: string, column: string, id: number): Promise<void>;
}

const sequences: Readonly<Record<EngineName, Sequences>> = {
  sqlite: {
    async last(manager, table) {
      const sql = 'SELECT seq AS last FROM sqlite_sequence WHERE name = ?';
      const [found] = await manager.query<{ last: number }[]>(sql, [table]);
      return found?.last ?? 0;
    },
    async set(manager, table, _column, id) {
      await manager.query('DELETE FROM sqlite_sequence WHERE name = ?', [table]);
      await manager.query('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)', [table, id]);
    },
  },
  postgres: {
    async last(manager, table, column) {
      const sql = 'SELECT pg_sequence_last_value(pg_get_serial_sequence($1, $2)::regclass) AS last';
      const [found] = await manager.query<{ last: string | null }[]>(sql, [table, column]);
      return Number(found?.last ?? 0);
    },
    async set(manager, table, column, id) {
      await manager.query('SELECT setval(pg_get_serial_sequence($1, $2), $3)', [table, column, id]);
    },
  },
};

/** The tables of all entities, read and written row by row in a unit of work. */
export class Tables {
  constructor(private readonly manager: EntityManager) {}

  /** Returns their names, each after the tables that it refers to. */
  names(): string[] {
    const ordered = new Set<EntityMetadata>();
    const add = (metadata: EntityMetadata): void => {
      for (const { referencedEntityMetadata: referred } of metadata.foreignKeys)
        if (referred !== metadata) add(referred);
      ordered.add(metadata);
    };
    const tables = this.manager.connection.entityMetadatas.filter(({ tableType }) => tableType === 'regular');
    // TypeORM returns them in the order in which their files were loaded.
    tables.sort((one, other) => (one.tableName < other.tableName ? -1 : 1)).forEach(add);
    return [...ordered].map(({ tableName }) => tableName);
  }

  /** Locks the tables against concurrent writes until the unit of work ends. Not needed on SQLite. */
  async lock(): Promise<void> {
    if (!dialectOf(this.manager.connection).needsLocks) return;
    await this.manager.query(`LOCK TABLE ${this.names().join(', ')} IN SHARE ROW EXCLUSIVE MODE`);
  }

  count(table: string): Promise<number> {
    return this.manager.count(this.metadataOf(table).target);
  }

  /** Returns the rows of a table in the order of their keys, in batches. */
  async *read(table: string): AsyncGenerator<StoredRow[]> {
    const { target } = this.metadataOf(table);
    const key = this.keyOf(table).propertyName;
    for (let after: unknown; ;) {
      const query = this.manager.createQueryBuilder(target, 'row').select([]).orderBy(`row.${key}`).limit(batchSize);
      for (const { propertyName } of this.columnsOf(table)) query.addSelect(`row.${propertyName}`, propertyName);
      if (after !== undefined) query.where(`row.${key} > :after`, { after });
      const rows = await query.getRawMany<StoredRow>();
      if (rows.length > 0) yield rows;
      if (rows.length < batchSize) return;
      after = rows.at(-1)![key];
    }
  }

  async deleteAll(table: string): Promise<void> {
    await this.manager.createQueryBuilder().delete().from(this.metadataOf(table).target).execute();
  }

  /** Inserts rows with their ids. Members that are not columns are ignored. */
  async insert(table: string, rows: StoredRow[]): Promise<void> {
    const { target } = this.metadataOf(table);
    // Named explicitly, since TypeORM would otherwise let PostgreSQL generate the ids.
    const names = this.columnsOf(table).map(({ propertyPath }) => propertyPath);
    await this.manager.createQueryBuilder().insert().into(target, names).values(rows).updateEntity(false).execute();
  }

  /** Returns the canonical text of a row, the same on both databases. */
  canonical(table: string, row: StoredRow): string {
    const values = this.columnsOf(table).map(({ propertyName, databaseName, type }) => {
      // PostgreSQL's driver returns a bigint as text.
      const value = type === 'bigint' ? Number(row[propertyName]) : row[propertyName];
      if (value === null || typeof value === 'string' || typeof value === 'number') return value;
      throw new Error(`${table}.${databaseName} is a ${typeof value}, for which no canonical form was decided yet.`);
    });
    return JSON.stringify(values);
  }

  /** Returns the highest id that was ever assigned in the table; undefined if the database doesn't generate its ids. */
  async lastId(table: string): Promise<number | undefined> {
    const key = this.keyOf(table);
    if (!key.isGenerated) return undefined;
    const highest = (await this.manager.maximum(this.metadataOf(table).target, key.propertyName)) ?? 0;
    return Math.max(highest, await this.sequences.last(this.manager, table, key.databaseName));
  }

  /**
   * Makes the next generated id of the table higher than `id`. PostgreSQL doesn't roll this back with the unit of work.
   */
  async continueAfter(table: string, id: number): Promise<void> {
    await this.sequences.set(this.manager, table, this.keyOf(table).databaseName, id);
  }

  private get sequences(): Sequences {
    return sequences[dialectOf(this.manager.connection).engine];
  }

  private metadataOf(table: string): EntityMetadata {
    return this.manager.connection.getMetadata(table);
  }

  /** Returns the stored columns. */
  private columnsOf(table: string): ColumnMetadata[] {
    return this.metadataOf(table).columns.filter(({ isVirtualProperty }) => !isVirtualProperty);
  }

  private keyOf(table: string): ColumnMetadata {
    const [key, ...others] = this.metadataOf(table).primaryColumns;
    if (!key || others.length > 0) throw new Error(`${table} has no key of a single column to order its rows by.`);
    return key;
  }
}

/** Returns the items in batches for one statement each. */
export function* inBatches<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let start = 0; start < items.length; start += batchSize) yield items.slice(start, start + batchSize);
}
