import { errorCode } from '../../../../kernel/error-code.js';
import { busyTimeoutMs } from '../pragmas.js';

/**
 * Checks that the file is writable by rewriting a page unchanged, which needs free space and permissions. Runs between
 * two transactions.
 */
export async function assertFileWritable(writer: { query(sql: string): Promise<unknown> }): Promise<void> {
  const [found] = (await writer.query('PRAGMA user_version')) as [{ user_version: number }];
  await writer.query('PRAGMA busy_timeout = 0');
  try {
    await writer.query('BEGIN IMMEDIATE');
    await writer.query(`PRAGMA user_version = ${found.user_version}`);
    await writer.query('COMMIT');
  } catch (error) {
    await writer.query('ROLLBACK').catch(() => undefined);
    // Another process is writing, so the file is writable.
    if (errorCode(error) !== 'SQLITE_BUSY') throw error;
  } finally {
    await writer.query(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
  }
}
