import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../ormconfig.js';
import type { Statement } from './query-recorder.js';

/** Rows of a table that a query may read: more than a page, and much fewer than the tables have that are asked. */
const fewRows = 2_000;

/** The end of a statement that reads a page, or the pages of a batch. */
const pageEnd = / AS page LIMIT \?\d+\) AS gathered(\) AS rows FROM json_each\(\?1\) AS read)?$/;

const notATable = /VIRTUAL TABLE|dummy_table|SCAN (gathered|page)/;
/** The lines that are out, all of which are asked for: this index holds nothing else. */
const allThatIsOut = /USING INDEX ix_movie_rent_detail_open_lines/;

/** Asks a database how it does what the service has asked of it. */
export class Planner {
  private constructor(private readonly dataSource: DataSource) {}

  static async at(url: string): Promise<Planner> {
    return new Planner(await new DataSource({ ...dataSourceOptions(url), migrations: [] }).initialize());
  }

  leave(): Promise<void> {
    return this.dataSource.destroy();
  }

  /**
   * The steps that read a table from end to end, as the database describes them.
   * @param isPage whether SQLite, which doesn't tell how much it reads, may scan in the order of a page, until that is full
   */
  scans(statement: Statement, isPage: boolean): Promise<string[]> {
    return this.dataSource.options.type === 'postgres'
      ? this.scansOnPostgres(statement)
      : this.scansOnSqlite(statement, isPage);
  }

  private async scansOnSqlite({ sql, parameters }: Statement, isPage: boolean): Promise<string[]> {
    const plan = await this.dataSource.query<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${sql}`, [...parameters]);
    const steps = plan.map(({ detail }) => detail);
    const scans = steps.filter((step) => /^SCAN [a-z]/.test(step) && !notATable.test(step) && !allThatIsOut.test(step));
    const isCut = isPage && pageEnd.test(sql) && !steps.some((step) => step.includes('TEMP B-TREE'));
    return isCut ? scans.slice(1) : scans;
  }

  /** PostgreSQL does it, and takes it back: so this is what was read, and not what was thought to be. */
  private async scansOnPostgres({ sql, parameters }: Statement): Promise<string[]> {
    const runner = this.dataSource.createQueryRunner();
    await runner.startTransaction();
    try {
      // An insert would be refused the second time, and reads nothing.
      const analyze = sql.startsWith('INSERT') ? '' : 'ANALYZE, ';
      const [row] = (await runner.query(`EXPLAIN (${analyze}FORMAT JSON) ${sql}`, [...parameters])) as [
        { 'QUERY PLAN': [{ Plan: Step }] },
      ];
      return stepsOf(row['QUERY PLAN'][0].Plan)
        .filter((step) => rowsReadBy(step) > fewRows)
        .map((step) => `${step['Node Type']} on ${step['Relation Name']}: ${rowsReadBy(step)} rows`);
    } finally {
      await runner.rollbackTransaction();
      await runner.release();
    }
  }
}

interface Step {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly Step[];
}

const stepsOf = (step: Step): Step[] => [step, ...(step.Plans ?? []).flatMap(stepsOf)];

function rowsReadBy(step: Step): number {
  if (!step['Node Type'].includes('Scan')) return 0;
  const removed = (step['Rows Removed by Filter'] ?? 0) + (step['Rows Removed by Index Recheck'] ?? 0);
  return ((step['Actual Rows'] ?? 0) + removed) * (step['Actual Loops'] ?? 0);
}
