import { statSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import type { GroupCommit } from '../group-commit.js';
import { busyTimeoutMs } from '../pragmas.js';
import type { ReadGate } from '../read-gate.js';

/** Between two looks at the size, while there are commits. */
const pollMs = 100;
/** For reads to end before a checkpoint; those that take longer are interrupted. */
const readDrainTimeoutMs = 1_000;
/** For other processes that read the file; units of work wait meanwhile. */
const checkpointBusyTimeoutMs = 100;
/** Until the next attempt, where another process prevented one; twice as long after each, up to a minute. */
const retryDelayMs = { first: 1_000, longest: 60_000 };

/**
 * Keeps the write-ahead log of a SQLite file below a limit.
 *
 * SQLite starts the log over only in a moment in which nothing reads from it. Where reads always overlap there is no such
 * moment, and the log grows by all that is written. So once it has passed the limit, new reads are held back until
 * those that run have ended, and the writer makes a checkpoint between two transactions.
 */
export class WriteAheadLog {
  private readonly logger = new Logger('Database');
  private nextLook = 0;
  private retryMs = retryDelayMs.first;
  private isBlocked = false;
  private truncation?: Promise<void>;

  constructor(
    private readonly file: string,
    private readonly limitBytes: number,
    private readonly writer: GroupCommit,
    private readonly readers: ReadGate,
    private readonly interruptReaders: () => void,
  ) {}

  get bytes(): number {
    return statSync(`${this.file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Called after each commit: nothing else makes the log grow. */
  watch(): void {
    const now = performance.now();
    if (now < this.nextLook || this.truncation) return;
    this.nextLook = now + pollMs;
    if (this.bytes <= this.limitBytes) return;
    this.truncation = this.truncate().finally(() => (this.truncation = undefined));
  }

  /** Waits for a checkpoint that is being made, and makes no other. */
  async close(): Promise<void> {
    this.nextLook = Infinity;
    await this.truncation;
  }

  private async truncate(): Promise<void> {
    const isTruncated = await this.readers
      .whileClosed(() => this.writer.between(checkpoint), readDrainTimeoutMs, this.interruptReaders)
      .catch((error: unknown) => this.warn({ err: error }));
    if (isTruncated) {
      if (this.isBlocked) this.logger.log('The write-ahead log is truncated again.');
      this.isBlocked = false;
      this.retryMs = retryDelayMs.first;
      return;
    }
    if (isTruncated === false) this.warn({});
    this.nextLook = performance.now() + this.retryMs;
    this.retryMs = Math.min(2 * this.retryMs, retryDelayMs.longest);
  }

  /** Once, until a checkpoint succeeds. */
  private warn(fields: object): void {
    if (this.isBlocked) return;
    this.isBlocked = true;
    this.logger.warn({
      msg:
        `The write-ahead log has ${this.bytes} bytes and can't be truncated: another process reads the SQLite file, ` +
        'such as a backup or npm run verify, or the disk is full. It grows until then.',
      ...fields,
    });
  }
}

/**
 * Writes all that is in the log to the database file and empties the log. Runs between two transactions.
 * @returns whether nothing that reads the file prevented it
 */
export async function checkpoint(writer: { query(sql: string): Promise<unknown> }): Promise<boolean> {
  await writer.query(`PRAGMA busy_timeout = ${checkpointBusyTimeoutMs}`);
  try {
    const [result] = (await writer.query('PRAGMA wal_checkpoint(TRUNCATE)')) as [{ busy: number }];
    return result.busy === 0;
  } finally {
    await writer.query(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
  }
}
