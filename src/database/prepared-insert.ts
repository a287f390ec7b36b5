import type { EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import { fill, Slots, type Written, WrittenOnce } from './prepared.js';

type Rows<Entity, Property extends keyof Entity> = readonly Pick<Entity, Property>[];

/** Rows that are stored on hot paths, by a statement that TypeORM writes once; see PreparedSelect. */
export class PreparedInsert<Entity extends ObjectLiteral, Property extends keyof Entity & string> {
  private readonly written = new WrittenOnce<Written<Rows<Entity, Property>>>();

  /** @param properties all that is given of an entity */
  constructor(
    private readonly target: EntityTarget<Entity>,
    private readonly properties: readonly Property[],
  ) {}

  /** @returns the id that the last of the rows was given; undefined where there is none */
  async run(manager: EntityManager, rows: Rows<Entity, Property>): Promise<number | undefined> {
    if (rows.length === 0) return undefined;
    const statement = this.written.get(manager.connection, String(rows.length), () => this.write(manager, rows.length));
    const stored = await manager.query<number | { id: number }[]>(statement.sql, fill(statement, rows));
    // SQLite tells the id, PostgreSQL the rows that it was asked to return.
    return typeof stored === 'number' ? stored : stored.at(-1)?.id;
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
    if (driver.isReturningSqlSupported('insert')) query.returning('id');
    return slots.written(query.getQueryAndParameters() as [string, unknown]);
  }
}
