import { createHash } from 'node:crypto';
import type { UnitOfWork } from '../../src/platform/database/unit-of-work.js';
import { UnusableDatabase } from '../../src/platform/database/engine/unusable-database.js';
import { EventRepository } from '../../src/platform/events/event.repository.js';
import type { Progress } from './progress.js';
import { type StoredRow, Tables } from './tables.js';

export interface CopiedTable {
  readonly name: string;
  readonly rows: number;
  /** SHA-256 of all rows in the order of their keys, the same on both databases. */
  readonly digest: string;
}

/** Tables with one row in a new database, which the copy replaces by the row of the source. */
const singleRowTables: readonly string[] = ['installation', 'shop'];

/**
 * Copies every row of every table, with its id, into an empty shop, and continues the generated ids of the source.
 * Atomic. The source is read in one snapshot. The stored rows are read back and compared before the commit.
 * @throws UnusableDatabase
 */
export function copyShop(source: UnitOfWork, target: UnitOfWork, progress: Progress): Promise<CopiedTable[]> {
  const participants = { tables: Tables };
  return target.run({ ...participants, events: EventRepository }, ({ tables: to, events }) =>
    source.read(participants, async ({ tables: from }) => {
      await to.lock();
      await assertEmpty(to);
      for (const table of singleRowTables) await to.deleteAll(table);
      const copied: CopiedTable[] = [];
      for (const name of from.names()) {
        const total = await from.count(name);
        const table = await progress.step(name, total, (advance) => copyTable(name, from, to, advance));
        assertSame(table, await progress.step('  read back', total, (advance) => digest(name, to, advance)));
        copied.push(table);
      }
      await continueIds(from, to);
      await events.continueOrder();
      return copied;
    }),
  );
}

async function assertEmpty(tables: Tables): Promise<void> {
  for (const name of tables.names().filter((table) => !singleRowTables.includes(table))) {
    const rows = await tables.count(name);
    if (rows === 0) continue;
    throw new UnusableDatabase(
      `The target isn't empty: its ${name} has ${rows} rows. Choose a new database: a shop is copied into an empty one only.`,
    );
  }
}

function copyTable(name: string, from: Tables, to: Tables, advance: (rows: number) => void): Promise<CopiedTable> {
  return digest(name, from, advance, (rows) => to.insert(name, rows));
}

async function digest(
  name: string,
  tables: Tables,
  advance: (rows: number) => void,
  take: (rows: StoredRow[]) => Promise<void> = () => Promise.resolve(),
): Promise<CopiedTable> {
  const hash = createHash('sha256');
  let count = 0;
  for await (const rows of tables.read(name)) {
    for (const row of rows) hash.update(`${tables.canonical(name, row)}\n`);
    await take(rows);
    count += rows.length;
    advance(rows.length);
  }
  return { name, rows: count, digest: hash.digest('hex') };
}

function assertSame(given: CopiedTable, stored: CopiedTable): void {
  if (given.rows === stored.rows && given.digest === stored.digest) return;
  throw new UnusableDatabase(
    `The target changes the rows that it is given: ${given.rows} rows of ${given.name} with the digest ${given.digest} ` +
      `became ${stored.rows} with ${stored.digest}. Nothing was stored. Look for what changes rows there, such as a trigger.`,
  );
}

/** The id of a deleted row is never assigned again. Called last, since it can't be rolled back. */
async function continueIds(from: Tables, to: Tables): Promise<void> {
  for (const name of from.names()) {
    const last = await from.lastId(name);
    if (last) await to.continueAfter(name, last);
  }
}
