import type { DataSource, EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { dialectOf } from '../dialect/dialect.js';
import type { Dialect } from '../dialect/sql.js';
import { compileTemplate, type CompiledStatement, StatementCache } from './compiled-statement.js';
import { parseSql } from './sql-template.js';

/**
 * A compiled bulk INSERT for hot paths. All rows are passed as one JSON parameter, so the SQL text does not depend on
 * their number.
 * @template Columns the properties of every row: all columns of the entity, without the id if it is generated
 */
export class CompiledInsert<Entity extends ObjectLiteral, Columns extends ObjectLiteral> {
  private readonly cache = new StatementCache<CompiledStatement>();

  /**
   * @param key a property whose values are distinct within one insertion
   * @param options.replaces whether rows have an id, and replace the row that has it already
   * @param options.computed SQL expressions of the properties that rows do not have
   */
  constructor(
    private readonly target: EntityTarget<Entity>,
    private readonly key: keyof Columns & string,
    private readonly options: {
      readonly replaces?: boolean;
      readonly computed?: Readonly<Record<string, (dialect: Dialect) => string>>;
    } = {},
  ) {}

  /** @returns the generated ids, in the order of `rows` */
  async run(manager: EntityManager, rows: readonly Columns[]): Promise<number[]> {
    if (rows.length === 0) return [];
    const { connection } = manager;
    const columns = this.columnsIn(connection);
    const values = rows.map((row) => columns.map((column): unknown => valueOf(row, column)));
    const { sql } = this.cache.get(connection, '', () => this.compile(manager));
    const { records } = await manager.queryRunner!.query(sql, [JSON.stringify(values)], true);
    // Neither database guarantees the order of RETURNING.
    const ids = new Map((records as { id: number; key: unknown }[]).map(({ id, key }) => [key, id]));
    return rows.map((row) => ids.get(row[this.key])!);
  }

  private get computed(): Readonly<Record<string, (dialect: Dialect) => string>> {
    return this.options.computed ?? {};
  }

  private columnsIn(connection: DataSource): ColumnMetadata[] {
    const { columns } = connection.getMetadata(this.target);
    return columns.filter(
      ({ isVirtualProperty, isGenerated, propertyName }) =>
        !isVirtualProperty && (this.options.replaces || !isGenerated) && !(propertyName in this.computed),
    );
  }

  private compile({ connection }: EntityManager): CompiledStatement {
    const { driver } = connection;
    const metadata = connection.getMetadata(this.target);
    const columns = this.columnsIn(connection);
    const dialect = dialectOf(connection);
    const values = columns.map((column, position) =>
      dialect.cast(`(line.value ->> ${position})`, driver.normalizeType(column)),
    );
    const names = columns.map(({ databaseName }) => driver.escape(databaseName));
    for (const [property, expression] of Object.entries(this.computed)) {
      names.push(driver.escape(metadata.findColumnWithPropertyName(property)!.databaseName));
      values.push(expression(dialect));
    }
    const key = driver.escape(metadata.findColumnWithPropertyName(this.key)!.databaseName);
    const sql =
      `INSERT INTO ${driver.escape(metadata.tableName)} (${names.join(', ')}) ` +
      // Without WHERE, SQLite would parse ON as a join constraint.
      `SELECT ${values.join(', ')} FROM ${dialect.jsonElements(':rows', 'line')} WHERE true ` +
      (this.options.replaces
        ? `ON CONFLICT (id) DO UPDATE SET ${names.map((name) => `${name} = excluded.${name}`).join(', ')} `
        : '') +
      `RETURNING id, ${key} AS "key"`;
    return compileTemplate(connection, parseSql(sql), { rows: 'text' });
  }
}

/** Returns the value to store. A forgotten value would be stored as NULL, or as an empty text. */
function valueOf(row: ObjectLiteral, column: ColumnMetadata): unknown {
  const value: unknown = row[column.propertyName];
  if (value === undefined) throw new TypeError(`The new row has no value for the column ${column.databaseName}.`);
  return column.entityMetadata.connection.driver.preparePersistentValue(value, column);
}
