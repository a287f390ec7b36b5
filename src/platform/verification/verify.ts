import { ServiceUnavailable } from '../../kernel/domain-error.js';
import { errorCode } from '../../kernel/error-code.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { Finding } from './finding.js';
import type { EntityInvariant } from './invariant.js';
import { Inspection, restoreFile } from './inspection.js';

/** Rows checked per transaction: bounds memory and the age of the snapshot. */
const defaultRangeSize = 5_000;

interface Reporter {
  /** Receives each finding immediately. */
  readonly report: (finding: Finding) => void;
  /** Runs one step of `total` items; `work` reports its progress by `advance`. */
  readonly step: (
    name: string,
    total: number,
    work: (advance: (done: number) => void) => Promise<void>,
  ) => Promise<void>;
}

/** The number of checked rows, by table. */
export type CheckedRows = ReadonlyMap<string, number>;

/**
 * Verifies a database, which may be served meanwhile: the file, the schema, and every row by every invariant. A part that
 * the database cannot read becomes a finding, and the rest is checked nevertheless.
 * @param invariants the invariants beyond those that entities declare
 */
export async function verify(
  unitOfWork: UnitOfWork,
  invariants: readonly EntityInvariant[],
  { report, step }: Reporter,
  rangeSize = defaultRangeSize,
): Promise<CheckedRows> {
  const reported = new Set<string>();
  const inspect = async <Result>(
    where: string,
    work: (inspection: Inspection) => Result | Promise<Result>,
  ): Promise<Result | undefined> => {
    try {
      return await unitOfWork.read({ inspection: Inspection }, async ({ inspection }) => work(inspection));
    } catch (error) {
      const finding = unreadable(where, error);
      if (!reported.has(where + finding.what)) report(finding);
      reported.add(where + finding.what);
      return undefined;
    }
  };
  const checkedRows = new Map<string, number>();

  // The file comes first: SQLite's check of a full-text index trusts the cache of the connection, and reports false
  // corruption if another process has written to the index since the connection used it.
  await step('file', 1, async (advance) => {
    (await inspect('file', (inspection) => inspection.checkFile()))?.forEach(report);
    advance(1);
  });
  const migrations = await inspect('schema', (inspection) => inspection.checkMigrations());
  migrations?.findings.forEach(report);
  // The schema and the rows of another version cannot be checked.
  if (migrations && !migrations.isCurrent) return checkedRows;
  await step('schema', 1, async (advance) => {
    (await inspect('schema', (inspection) => inspection.checkSchema()))?.forEach(report);
    advance(1);
  });
  for (const table of (await inspect('schema', (inspection) => inspection.tables(invariants))) ?? []) {
    const extent = await inspect(table, (inspection) => inspection.extent(table));
    if (!extent) continue;
    const invariantsOfTable = (await inspect(table, (inspection) => inspection.invariantsOf(table, invariants)))!;
    await step(table, extent.rows, async (advance) => {
      let rows = 0;
      for (let after = 0; after < extent.upTo;) {
        const range = await inspect(table, (inspection) => inspection.nextRows(table, after, rangeSize));
        for (const invariant of range ? invariantsOfTable : []) {
          (await inspect(table, (inspection) => inspection.check(table, invariant, range!)))?.forEach(report);
        }
        advance(range?.rows ?? 0);
        rows += range?.rows ?? 0;
        // Unreadable rows are skipped.
        if (!range) after += rangeSize;
        else after = range.rows === 0 ? extent.upTo : range.upTo;
      }
      checkedRows.set(table, rows);
    });
  }
  return checkedRows;
}

function unreadable(where: string, error: unknown): Finding {
  const { cause } = error as { cause?: unknown };
  const code = errorCode(error) ?? errorCode(cause);
  // PostgreSQL's data exceptions (class 22) quote the data.
  const reason = code?.startsWith('22') ? code : messageOf(error instanceof ServiceUnavailable ? cause : error);
  const what = where === 'file' || where === 'schema' ? "it can't be checked" : 'not all of its rows can be checked';
  const isDamage = code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB';
  const remedy = isDamage ? restoreFile : 'Repair the findings in the file and the schema, then verify again.';
  return { where, what: `${what}: ${reason}`, remedy };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
