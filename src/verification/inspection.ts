import type { EntityManager, EntityMetadata } from 'typeorm';
import { missingTrigramIndexes } from '../database/trigram-index.js';
import { declaredInvariants } from './declared-invariants.js';
import type { Finding } from './finding.js';
import type { Invariant, Row } from './invariant.js';
import { shopInvariants } from './shop-invariants.js';

/** Rows of one table, by their ids: those beyond `after`, up to and with `upTo`. */
export interface Span {
  readonly after: number;
  readonly upTo: number;
  readonly rows: number;
}

/** Looks at a database, as a participant of a unit of work that reads. */
export class Inspection {
  constructor(private readonly manager: EntityManager) {}

  /** The tables with rows that something must be true of. */
  tables(): string[] {
    return this.manager.connection.entityMetadatas
      .filter((metadata) => this.invariantsOf(metadata).length > 0)
      .map(({ tableName }) => tableName);
  }

  extent(table: string): Promise<Span> {
    return this.span(table, 0);
  }

  /** The next `size` rows, or as many as there are. */
  nextRows(table: string, after: number, size: number): Promise<Span> {
    return this.span(table, after, size);
  }

  async judge(table: string, { after, upTo }: Span): Promise<Finding[]> {
    const metadata = this.manager.connection.getMetadata(table);
    const findings: Finding[] = [];
    for (const { remedy, offences } of this.invariantsOf(metadata)) {
      const rows = this.manager
        .createQueryBuilder<Row>(metadata.target, 'row')
        .select('row.id', 'id')
        .where('row.id > :after AND row.id <= :upTo', { after, upTo });
      const found = await offences(rows);
      findings.push(...found.map(({ id, what }) => ({ where: table, id, what, remedy })));
    }
    return findings;
  }

  /** Whether every table, index and constraint is there as the entities describe it. */
  async judgeSchema(): Promise<Finding[]> {
    const findings: Finding[] = [];
    const { upQueries } = await this.manager.connection.driver.createSchemaBuilder().log();
    if (upQueries.length > 0) {
      findings.push({
        where: 'schema',
        what: "it isn't as this version's entities describe it",
        remedy: `Mend the rows named here, and run what is lacking:${upQueries.map(({ query }) => `\n    ${query};`).join('')}`,
      });
    }
    const missing = await missingTrigramIndexes(this.manager);
    if (missing.length > 0) {
      findings.push({
        where: 'schema',
        what: `it lacks ${missing.join(', ')}, by which texts are searched`,
        remedy: 'End the service, undo the migration IndexTrigrams, and start it again, which makes it anew.',
      });
    }
    return findings;
  }

  /** Whether the file is whole, page by page. PostgreSQL has tools of its own for that (pg_amcheck). */
  async judgeFile(): Promise<Finding[]> {
    if (this.manager.connection.options.type !== 'sqlite') return [];
    // Checks are judged row by row, which names the rows.
    await this.manager.query('PRAGMA ignore_check_constraints = ON');
    const found = await this.manager.query<{ integrity_check: string }[]>('PRAGMA integrity_check');
    const messages = found.map(({ integrity_check: message }) => message).filter((message) => message !== 'ok');
    const remedy = 'Restore the file from a backup, or rebuild it with `sqlite3 <file> .recover`.';
    return messages.map((what) => ({ where: 'file', what, remedy }));
  }

  private invariantsOf(metadata: EntityMetadata): Invariant[] {
    return [...declaredInvariants(metadata), ...shopInvariants.filter(({ of }) => of === metadata.target)];
  }

  private async span(table: string, after: number, size?: number): Promise<Span> {
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
