import type { EntityManager, EntityMetadata } from 'typeorm';
import { declaredInvariants } from './declared-invariants.js';
import type { Finding } from './finding.js';
import type { EntityInvariant, Invariant, Row } from './invariant.js';
import { checkMigrations, checkSchema } from './schema.js';

export const restoreFile =
  'Stop the service and restore a backup. Without one, save what can be read: sqlite3 <file> .recover | sqlite3 <new file>';

/** A range of rows of one table: ids greater than `after`, up to and including `upTo`. */
export interface IdRange {
  readonly after: number;
  readonly upTo: number;
  readonly rows: number;
}

/** The checks of a database, run in a read-only unit of work. */
export class Inspection {
  constructor(private readonly manager: EntityManager) {}

  /** Returns the tables that have invariants. */
  tables(invariants: readonly EntityInvariant[]): string[] {
    return this.manager.connection.entityMetadatas
      .filter((metadata) => invariantsFor(metadata, invariants).length > 0)
      .map(({ tableName }) => tableName);
  }

  extent(table: string): Promise<IdRange> {
    return this.rangeOf(table, 0);
  }

  /** Returns the range of the next `size` rows at most. */
  nextRows(table: string, after: number, size: number): Promise<IdRange> {
    return this.rangeOf(table, after, size);
  }

  /** Returns the invariants of a table. */
  invariantsOf(table: string, invariants: readonly EntityInvariant[]): Invariant[] {
    return invariantsFor(this.manager.connection.getMetadata(table), invariants);
  }

  async check(table: string, { remedy, violations }: Invariant, { after, upTo }: IdRange): Promise<Finding[]> {
    const { target } = this.manager.connection.getMetadata(table);
    const rows = this.manager
      .createQueryBuilder<Row>(target, 'row')
      .select('row.id', 'id')
      .where('row.id > :after AND row.id <= :upTo', { after, upTo });
    return (await violations(rows)).map(({ id, what }) => ({ where: table, id, what, remedy }));
  }

  checkMigrations(): ReturnType<typeof checkMigrations> {
    return checkMigrations(this.manager);
  }

  checkSchema(): Promise<Finding[]> {
    return checkSchema(this.manager);
  }

  /** Checks the integrity of a SQLite file. PostgreSQL has its own tools for that (pg_amcheck). */
  async checkFile(): Promise<Finding[]> {
    if (this.manager.connection.options.type !== 'sqlite') return [];
    // CHECK constraints are verified row by row, which yields the ids.
    await this.manager.query('PRAGMA ignore_check_constraints = ON');
    const found = await this.manager.query<{ integrity_check: string }[]>('PRAGMA integrity_check');
    const messages = found.map(({ integrity_check: message }) => message).filter((message) => message !== 'ok');
    return messages.map((what) => ({ where: 'file', what, remedy: restoreFile }));
  }

  private async rangeOf(table: string, after: number, size?: number): Promise<IdRange> {
    const { target } = this.manager.connection.getMetadata(table);
    const found = await this.manager
      .createQueryBuilder()
      .select('COUNT(*)', 'rows')
      .addSelect('MAX(next.id)', 'upTo')
      .from(
        (rows) =>
          rows
            .select('row.id', 'id')
            .from<Row>(target, 'row')
            .where('row.id > :after', { after })
            .orderBy('row.id')
            .limit(size),
        'next',
      )
      .getRawOne<{ rows: number | string; upTo: number | null }>();
    return { after, upTo: found!.upTo ?? after, rows: Number(found!.rows) };
  }
}

/** Returns the declared invariants of an entity and those that its feature adds. */
function invariantsFor(metadata: EntityMetadata, invariants: readonly EntityInvariant[]): Invariant[] {
  return [...declaredInvariants(metadata), ...invariants.filter(({ of }) => of === metadata.target)];
}
