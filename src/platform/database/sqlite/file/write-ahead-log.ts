import { statSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import type { GroupCommit } from '../group-commit.js';
import { busyTimeoutMs } from '../pragmas.js';
import type { ReadGate } from '../read-gate.js';

/** Minimum interval between two checks of the size. */
const pollMs = 100;
/** How long a checkpoint waits for reads; longer reads are interrupted. */
const readDrainTimeoutMs = 1_000;
/** How long a checkpoint waits for reads of other processes, while units of work wait. */
const checkpointBusyTimeoutMs = 100;
/** The delay before the next attempt after a blocked checkpoint; doubles up to a minute. */
const retryDelayMs = { first: 1_000, longest: 60_000 };

/**
 * Limits the size of the write-ahead log of a SQLite file.
 *
 * SQLite resets the log only when no read uses it. If reads always overlap, the log grows with every write. So beyond the
 * limit, new reads are blocked until the running reads have ended, and the writer makes a checkpoint between two
 * transactions.
 */
export class WriteAheadLog {
  private readonly logger = new Logger('Database');
  private nextCheckAt = 0;
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

  /** Checks the size. Called after each commit, since only commits make the log grow. */
  watch(): void {
    const now = performance.now();
    if (now < this.nextCheckAt || this.truncation) return;
    this.nextCheckAt = now + pollMs;
    if (this.bytes <= this.limitBytes) return;
    this.truncation = this.truncate().finally(() => (this.truncation = undefined));
  }

  /** Waits for the running checkpoint, and starts no other. */
  async close(): Promise<void> {
    this.nextCheckAt = Infinity;
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
    this.nextCheckAt = performance.now() + this.retryMs;
    this.retryMs = Math.min(2 * this.retryMs, retryDelayMs.longest);
  }

  /** Logs a warning once, until a checkpoint succeeds. */
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
 * Makes a checkpoint that truncates the log. Runs between two transactions.
 * @returns false if a reader of the file prevented it
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
