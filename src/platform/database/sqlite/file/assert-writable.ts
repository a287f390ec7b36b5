import { errorCode } from '../../../../kernel/error-code.js';
import { busyTimeoutMs } from '../pragmas.js';

/**
 * Proves that the file can be written to, by writing a page as it is: to the disk, with the room and the permissions
 * that it takes. Runs between two transactions.
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
    // Another program is writing: so writing is possible.
    if (errorCode(error) !== 'SQLITE_BUSY') throw error;
  } finally {
    await writer.query(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
  }
}
