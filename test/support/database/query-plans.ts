import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../../ormconfig.js';
import type { Statement } from './query-recorder.js';

/** Rows of a table that a query may read: more than a page, and far fewer than the tables of the tests have. */
const maxRowsRead = 2_000;

/** The end of the SQL of a page, or of a batch of pages. */
const pageEnd = / AS page LIMIT \?\d+\) AS aggregated(\) AS rows FROM json_each\(\?1\) AS read)?$/;

const notATable = /VIRTUAL TABLE|dummy_table|SCAN (aggregated|page)/;
/** A scan of the partial index of open lines, by queries that read all open lines. */
const openLinesIndex = /USING INDEX ix_movie_rent_detail_open_lines/;

/** Reads the query plans of recorded statements. */
export class QueryPlans {
  private constructor(private readonly dataSource: DataSource) {}

  static async open(url: string): Promise<QueryPlans> {
    return new QueryPlans(await new DataSource({ ...dataSourceOptions(url), migrations: [] }).initialize());
  }

  close(): Promise<void> {
    return this.dataSource.destroy();
  }

  /**
   * Returns the full table scans of a statement, as the database describes them.
   * @param isPage whether SQLite, whose plans have no row counts, may scan in the order of a page until the page is full
   */
  fullScans(statement: Statement, isPage: boolean): Promise<string[]> {
    return this.dataSource.options.type === 'postgres'
      ? this.fullScansOnPostgres(statement)
      : this.fullScansOnSqlite(statement, isPage);
  }

  private async fullScansOnSqlite({ sql, parameters }: Statement, isPage: boolean): Promise<string[]> {
    const plan = await this.dataSource.query<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${sql}`, [...parameters]);
    const steps = plan.map(({ detail }) => detail);
    const scans = steps.filter(
      (step) => /^SCAN [a-z]/.test(step) && !notATable.test(step) && !openLinesIndex.test(step),
    );
    const isCut = isPage && pageEnd.test(sql) && !steps.some((step) => step.includes('TEMP B-TREE'));
    return isCut ? scans.slice(1) : scans;
  }

  /** Executes the statement and rolls it back: row counts are those of EXPLAIN ANALYZE, not estimates. */
  private async fullScansOnPostgres({ sql, parameters }: Statement): Promise<string[]> {
    const runner = this.dataSource.createQueryRunner();
    await runner.startTransaction();
    try {
      // An INSERT would violate a unique index the second time, and reads no rows.
      const analyze = sql.startsWith('INSERT') ? '' : 'ANALYZE, ';
      const [row] = (await runner.query(`EXPLAIN (${analyze}FORMAT JSON) ${sql}`, [...parameters])) as [
        { 'QUERY PLAN': [{ Plan: Step }] },
      ];
      return stepsOf(row['QUERY PLAN'][0].Plan)
        .filter((step) => rowsReadBy(step) > maxRowsRead)
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
