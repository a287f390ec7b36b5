import type { EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import { compileTemplate, type CompiledStatement, isPostgres, StatementCache } from './compiled-statement.js';
import { parseSql } from './sql-template.js';

/**
 * A compiled bulk INSERT for hot paths. All rows are passed as one JSON parameter, so the SQL text does not depend on
 * their number.
 */
export class CompiledInsert<Entity extends ObjectLiteral, Property extends keyof Entity & string> {
  private readonly cache = new StatementCache<CompiledStatement>();

  /**
   * @param properties the inserted properties of the entity
   * @param key one of the properties, whose values are distinct within one insertion
   */
  constructor(
    private readonly target: EntityTarget<Entity>,
    private readonly properties: readonly Property[],
    private readonly key: Property,
  ) {}

  /** @returns the generated ids, in the order of `rows` */
  async run(manager: EntityManager, rows: readonly Pick<Entity, Property>[]): Promise<number[]> {
    if (rows.length === 0) return [];
    const { connection } = manager;
    const metadata = connection.getMetadata(this.target);
    const columns = this.properties.map((property) => metadata.findColumnWithPropertyName(property)!);
    const values = rows.map((row) =>
      columns.map((column, index): unknown =>
        connection.driver.preparePersistentValue(row[this.properties[index]!], column),
      ),
    );
    const { sql } = this.cache.get(connection, '', () => this.compile(manager));
    const { records } = await manager.queryRunner!.query(sql, [JSON.stringify(values)], true);
    // Neither database guarantees the order of RETURNING.
    const ids = new Map((records as { id: number; key: unknown }[]).map(({ id, key }) => [key, id]));
    return rows.map((row) => ids.get(row[this.key])!);
  }

  private compile({ connection }: EntityManager): CompiledStatement {
    const { driver } = connection;
    const metadata = connection.getMetadata(this.target);
    const columns = this.properties.map((property) => metadata.findColumnWithPropertyName(property)!);
    const values = columns.map((column, position) => {
      const value = `(line.value ->> ${position})`;
      return isPostgres(connection) ? `${value}::${driver.normalizeType(column)}` : value;
    });
    const names = columns.map(({ databaseName }) => driver.escape(databaseName));
    const rows = isPostgres(connection) ? 'json_array_elements(:rows)' : 'json_each(:rows)';
    const key = driver.escape(metadata.findColumnWithPropertyName(this.key)!.databaseName);
    const sql =
      `INSERT INTO ${driver.escape(metadata.tableName)} (${names.join(', ')}) ` +
      `SELECT ${values.join(', ')} FROM ${rows} AS line RETURNING id, ${key} AS "key"`;
    return compileTemplate(connection, parseSql(sql), { rows: 'text' });
  }
}
