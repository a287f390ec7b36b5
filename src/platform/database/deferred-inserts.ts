import type { EntityManager, ObjectLiteral, QueryRunner } from 'typeorm';
import type { CompiledInsert } from './queries/compiled-insert.js';

type Insertion = CompiledInsert<ObjectLiteral, ObjectLiteral>;

/** Thrown in a unit of work that reads rows which earlier units of its batch deferred. It is repeated after they are written. */
export class EarlierRowsDeferred extends Error {}

/** Rows that a unit of work inserts last. Nothing in the unit depends on them. */
export class DeferredInserts {
  private readonly rows = new Map<Insertion, ObjectLiteral[]>();

  get isEmpty(): boolean {
    return this.rows.size === 0;
  }

  add(insertion: Insertion, added: readonly ObjectLiteral[]): void {
    if (added.length === 0) return;
    const rows = this.rows.get(insertion);
    if (rows) rows.push(...added);
    else this.rows.set(insertion, [...added]);
  }

  addAll(other: DeferredInserts): void {
    for (const [insertion, rows] of other.rows) this.add(insertion, rows);
  }

  /** Writes the rows, by one statement for each insertion. */
  async write(manager: EntityManager): Promise<void> {
    const insertions = [...this.rows];
    this.rows.clear();
    for (const [insertion, rows] of insertions) await insertion.run(manager, rows);
  }
}

interface Deferral {
  readonly own: DeferredInserts;
  /** Those of earlier units of the same transaction. */
  readonly earlier?: DeferredInserts;
}

const deferrals = new WeakMap<QueryRunner, Deferral>();

/** Collects the rows that the unit of work of a manager defers. Called by the transaction manager, which writes them. */
export function collectDeferred(manager: EntityManager, earlier?: DeferredInserts): DeferredInserts {
  const own = new DeferredInserts();
  deferrals.set(manager.queryRunner!, { own, earlier });
  return own;
}

/**
 * Inserts rows at the end of the unit of work, in its transaction. They cost no round trip: on PostgreSQL the statement is
 * sent with COMMIT, on SQLite all units of a batch share it. See docs/decisions/0050.
 */
export function deferInsert<Columns extends ObjectLiteral>(
  manager: EntityManager,
  insertion: CompiledInsert<ObjectLiteral, Columns>,
  rows: readonly Columns[],
): void {
  deferralOf(manager).own.add(insertion, rows);
}

/** Writes the deferred rows now, so that the unit of work can read or change them. @throws EarlierRowsDeferred */
export async function writeDeferred(manager: EntityManager): Promise<void> {
  const { own, earlier } = deferralOf(manager);
  if (earlier && !earlier.isEmpty) throw new EarlierRowsDeferred();
  await own.write(manager);
}

function deferralOf({ queryRunner }: EntityManager): Deferral {
  const deferral = queryRunner && deferrals.get(queryRunner);
  if (!deferral) throw new Error('Rows are deferred only in a unit of work that writes.');
  return deferral;
}
