import type { EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import { fill, Slots, type Written, WrittenOnce } from './prepared.js';

type Rows<Entity, Property extends keyof Entity> = readonly Pick<Entity, Property>[];

/** Rows that are stored on hot paths, by a statement that TypeORM writes once; see PreparedSelect. */
export class PreparedInsert<Entity extends ObjectLiteral, Property extends keyof Entity & string> {
  private readonly written = new WrittenOnce<Written<Rows<Entity, Property>>>();

  /**
   * @param properties all that is given of an entity
   * @param key one of them, in which no two rows are the same that are stored together
   */
  constructor(
    private readonly target: EntityTarget<Entity>,
    private readonly properties: readonly Property[],
    private readonly key: Property,
  ) {}

  /** @returns the ids that the rows were given, in their order */
  async run(manager: EntityManager, rows: Rows<Entity, Property>): Promise<number[]> {
    if (rows.length === 0) return [];
    const statement = this.written.get(manager.connection, String(rows.length), () => this.write(manager, rows.length));
    const { records } = await manager.queryRunner!.query(statement.sql, fill(statement, rows), true);
    // Neither database promises to return them in the order in which they were given.
    const ids = new Map((records as { id: number; key: unknown }[]).map(({ id, key }) => [key, id]));
    return rows.map((row) => ids.get(row[this.key])!);
  }

  private write(manager: EntityManager, count: number): Written<Rows<Entity, Property>> {
    const { driver } = manager.connection;
    const metadata = manager.connection.getMetadata(this.target);
    const slots = new Slots<Rows<Entity, Property>>();
    const marks = Array.from({ length: count }, (_, index) =>
      Object.fromEntries(
        this.properties.map((property) => {
          const column = metadata.findColumnWithPropertyName(property)!;
          return [property, slots.mark((rows) => driver.preparePersistentValue(rows[index]![property], column))];
        }),
      ),
    );
    const query = manager
      .createQueryBuilder()
      .insert()
      .into(this.target, [...this.properties])
      .values(marks as never);
    const { sql, parameters } = slots.written(query.getQueryAndParameters() as [string, unknown]);
    const key = driver.escape(metadata.findColumnWithPropertyName(this.key)!.databaseName);
    return { sql: `${sql} RETURNING id, ${key} AS "key"`, parameters };
  }
}
