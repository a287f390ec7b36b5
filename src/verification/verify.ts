import type { UnitOfWork } from '../database/unit-of-work.js';
import type { Finding } from './finding.js';
import { Inspection } from './inspection.js';

/** Rows judged at a time: few enough that no snapshot is held for long and memory doesn't grow with the shop. */
const spanSize = 5_000;

interface Watcher {
  /** Is told of each fault as soon as it is found. */
  readonly tell: (finding: Finding) => void;
  /** Follows one step of so many things; `work` tells of those it has done since it last told. */
  readonly step: (
    name: string,
    total: number,
    work: (advance: (done: number) => void) => Promise<void>,
  ) => Promise<void>;
}

/** How many rows of each table were judged. */
export type Judged = ReadonlyMap<string, number>;

/**
 * Judges the whole of a database, which may be served and written to meanwhile: every row by every invariant that
 * it is under, the schema, and the file. A row counts as it is when its turn comes.
 */
export async function verify(unitOfWork: UnitOfWork, { tell, step }: Watcher): Promise<Judged> {
  const look = <Result>(work: (inspection: Inspection) => Promise<Result>) =>
    unitOfWork.read({ inspection: Inspection }, ({ inspection }) => work(inspection));
  const judged = new Map<string, number>();

  // First, since SQLite's check of a full-text index trusts what the connection has cached of it: where the index was
  // used before and written to since, the check reports corruption that isn't there.
  await step('file', 1, async (advance) => {
    (await look((inspection) => inspection.judgeFile())).forEach(tell);
    advance(1);
  });
  await step('schema', 1, async (advance) => {
    (await look((inspection) => inspection.judgeSchema())).forEach(tell);
    advance(1);
  });
  for (const table of await look((inspection) => Promise.resolve(inspection.tables()))) {
    const { upTo: last, rows: total } = await look((inspection) => inspection.extent(table));
    await step(table, total, async (advance) => {
      let rows = 0;
      for (let after = 0; after < last;) {
        const { span, findings } = await look(async (inspection) => {
          const next = await inspection.nextRows(table, after, spanSize);
          return { span: next, findings: await inspection.judge(table, next) };
        });
        findings.forEach(tell);
        advance(span.rows);
        rows += span.rows;
        after = span.rows === 0 ? last : span.upTo;
      }
      judged.set(table, rows);
    });
  }
  return judged;
}
