import type { QueryRunner } from 'typeorm';
import { ServiceUnavailable } from '../../../kernel/domain-error.js';
import { errorCode } from '../../../kernel/error-code.js';
import { Pool, readRequest } from '../engine/pool.js';
import { ReadBatcher } from '../queries/read-batcher.js';
import { isCorruption, isOperationalError } from '../engine/operational-errors.js';
import { isStatementTimeout, statementTimeout } from '../engine/statement-timeout.js';
import type { TransactionStats, TransactionManager, Work } from '../engine/transaction-manager.js';
import { LostDatabase } from '../engine/unusable-database.js';
import type { Wait } from '../engine/wait-queue.js';
import { GroupCommit } from './group-commit.js';
import { ReadGate } from './read-gate.js';
import { Reader } from './reader.js';
import { ServedFile } from './file/served-file.js';
import { WriteAheadLog } from './file/write-ahead-log.js';

interface LogOptions {
  readonly file: string;
  readonly limitBytes: number;
  readonly interruptReaders: () => void;
}

/** Writes run one after another on one connection (group commit); reads run concurrently on others. */
export class SqliteTransactions implements TransactionManager {
  private readonly writer: GroupCommit;
  private readonly readers: Pool<Reader>;
  private readonly batcher: ReadBatcher;
  private readonly log: WriteAheadLog;
  private readonly served: ServedFile;
  private proof?: Promise<void>;
  onCommit?: (committed: Promise<unknown>) => void;
  /** The error of a corrupt page, which fails readiness until the file is restored and the service restarted. */
  private corruption?: Error;

  constructor(
    writer: QueryRunner,
    readers: readonly QueryRunner[],
    { file, limitBytes, interruptReaders }: LogOptions,
  ) {
    const gate = new ReadGate();
    this.served = new ServedFile(file);
    this.writer = new GroupCommit(writer, {
      beforeCommit: () => this.served.assertInPlace(),
      onCommit: (committed) => this.onCommit?.(committed),
      afterCommit: () => this.log.watch(),
    });
    this.log = new WriteAheadLog(file, limitBytes, this.writer, gate, interruptReaders);
    this.readers = new Pool(readers.map((reader) => new Reader(reader, gate)));
    this.batcher = new ReadBatcher(readers[0]!, {
      use: (request, job) => this.readers.use(request, (reader) => reader.use(job)).catch(this.rethrowFromRead),
      isBusy: () => this.readers.isBusyFor('lookup'),
    });
  }

  get stats(): TransactionStats {
    const { log } = this;
    const writer = this.writer.stats;
    const readers = this.readers.stats;
    return {
      ...writer,
      waiting: writer.waiting + readers.waiting,
      running: writer.running + readers.inUse,
      retries: 0,
      // Calls the file system, so only on access.
      get walBytes() {
        return log.bytes;
      },
      connections: { writer: { size: 1, inUse: Math.min(writer.running, 1), waiting: writer.waiting }, readers },
    };
  }

  write<Result>(work: Work<Result>, wait: Wait): Promise<Result> {
    return this.writer.add(work, wait).catch(this.rethrow);
  }

  read<Result>(work: Work<Result>, wait: Wait): Promise<Result> {
    return this.readers.use(readRequest(wait), (reader) => reader.read(work)).catch(this.rethrowFromRead);
  }

  readSingle<Result>(work: Work<Result>, wait: Wait): Promise<Result> {
    return this.batcher.read(work, wait);
  }

  /** Waits for a running checkpoint. */
  close(): Promise<void> {
    return this.log.close();
  }

  /** Checks that the file is in place, has no known corrupt page and is writable. */
  async assertWritable(): Promise<void> {
    if (this.corruption) throw this.corruption;
    this.served.assertInPlace();
    // Concurrent probes share one check, which may have to wait for the disk.
    this.proof ??= this.writer.assertWritable().finally(() => (this.proof = undefined));
    await this.proof;
  }

  private readonly rethrowFromRead = (error: unknown): never => {
    // A write in a read-only unit is a bug.
    if (errorCode(error) === 'SQLITE_READONLY') throw error;
    return this.rethrow(error);
  };

  private readonly rethrow = (error: unknown): never => {
    if (isStatementTimeout(error)) throw statementTimeout(error);
    if (isCorruption(error)) this.corruption ??= error as Error;
    const isOutage = busy.has(errorCode(error) ?? '') || isOperationalError(error) || error instanceof LostDatabase;
    throw isOutage ? new ServiceUnavailable(error) : error;
  };
}

/** Codes for a lock that another process holds beyond the busy timeout. */
const busy = new Set(['SQLITE_BUSY', 'SQLITE_LOCKED']);
