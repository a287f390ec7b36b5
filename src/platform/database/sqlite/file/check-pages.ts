import { statSync } from 'node:fs';
import type { DataSource } from 'typeorm';
import { UnusableDatabase } from '../../engine/unusable-database.js';

/** Maximum size of a file whose pages are checked at startup, which takes less than a second. */
const maxCheckedBytes = 128 * 1024 * 1024;

/** @throws UnusableDatabase if a page of the file is corrupt */
export async function checkPages(writer: DataSource): Promise<void> {
  const file = String(writer.options.database);
  if (statSync(file).size > maxCheckedBytes) return;
  const [found] = await writer.query<{ quick_check: string }[]>('PRAGMA quick_check(1)');
  if (found!.quick_check === 'ok') return;
  throw new UnusableDatabase(
    `The SQLite file ${file} is corrupted: ${found!.quick_check.replaceAll(/\s+/g, ' ')}. Restore a backup, as ` +
      'described in docs/operations.md. npm run verify lists the corruption.',
  );
}
