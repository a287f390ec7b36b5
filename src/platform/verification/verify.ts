import { ServiceUnavailable } from '../../kernel/domain-error.js';
import { errorCode } from '../../kernel/error-code.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { Finding } from './finding.js';
import type { EntityInvariant } from './invariant.js';
import { Inspection, restoreFile } from './inspection.js';

/** Rows judged at a time: few enough that no snapshot is held for long and memory doesn't grow with the shop. */
const defaultSpanSize = 5_000;

interface Reporter {
  /** Is told of each fault as soon as it is found. */
  readonly report: (finding: Finding) => void;
  /** Follows one step of so many things; `work` tells of those it has done since it last told. */
  readonly step: (
    name: string,
    total: number,
    work: (advance: (done: number) => void) => Promise<void>,
  ) => Promise<void>;
}

/** How many rows of each table were judged. */
export type CheckedRows = ReadonlyMap<string, number>;

/**
 * Judges the whole of a database, which may be served and written to meanwhile: the file, the schema, and every row by
 * every invariant that it is under. A row counts as it is when its turn comes. What the database refuses to read becomes
 * a finding, and the rest is judged all the same.
 * @param invariants what is true of rows beside what their entities declare
 */
export async function verify(
  unitOfWork: UnitOfWork,
  invariants: readonly EntityInvariant[],
  { report, step }: Reporter,
  spanSize = defaultSpanSize,
): Promise<CheckedRows> {
  const refusals = new Set<string>();
  const inspect = async <Result>(
    where: string,
    work: (inspection: Inspection) => Result | Promise<Result>,
  ): Promise<Result | undefined> => {
    try {
      return await unitOfWork.read({ inspection: Inspection }, async ({ inspection }) => work(inspection));
    } catch (error) {
      const finding = unreadable(where, error);
      if (!refusals.has(where + finding.what)) report(finding);
      refusals.add(where + finding.what);
      return undefined;
    }
  };
  const judged = new Map<string, number>();

  // First, since SQLite's check of a full-text index trusts what the connection has cached of it: where the index was
  // used before and written to since, the check reports corruption that isn't there.
  await step('file', 1, async (advance) => {
    (await inspect('file', (inspection) => inspection.checkFile()))?.forEach(report);
    advance(1);
  });
  const migrations = await inspect('schema', (inspection) => inspection.checkMigrations());
  migrations?.findings.forEach(report);
  // Of another version, neither the schema nor the rows can be as this one expects.
  if (migrations && !migrations.isCurrent) return judged;
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
        const span = await inspect(table, (inspection) => inspection.nextRows(table, after, spanSize));
        for (const invariant of span ? invariantsOfTable : []) {
          (await inspect(table, (inspection) => inspection.check(table, invariant, span!)))?.forEach(report);
        }
        advance(span?.rows ?? 0);
        rows += span?.rows ?? 0;
        // Rows that can't be read are passed by.
        if (!span) after += spanSize;
        else after = span.rows === 0 ? extent.upTo : span.upTo;
      }
      judged.set(table, rows);
    });
  }
  return judged;
}

function unreadable(where: string, error: unknown): Finding {
  const { cause } = error as { cause?: unknown };
  const code = errorCode(error) ?? errorCode(cause);
  // PostgreSQL's data exceptions (class 22) quote the data.
  const reason = code?.startsWith('22') ? code : messageOf(error instanceof ServiceUnavailable ? cause : error);
  const what = where === 'file' || where === 'schema' ? "it can't be checked" : 'not all of its rows can be checked';
  const isDamage = code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB';
  const remedy = isDamage ? restoreFile : 'Remedy what is found in the file and the schema, then verify again.';
  return { where, what: `${what}: ${reason}`, remedy };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
