import type { QueryRunner } from 'typeorm';
import { ServiceUnavailable } from '../../kernel/domain-error.js';
import { errorCode } from '../error-code.js';
import { Pool, readLoan } from '../pool.js';
import { ReadBatcher } from '../read-batcher.js';
import { isStatementTimeout, statementTimeout } from '../statement-timeout.js';
import type { Activity, Transactions, Work } from '../transactions.js';
import type { Wait } from '../waiting-room.js';
import { GroupCommit } from './group-commit.js';
import { ReadGate } from './read-gate.js';
import { Reader } from './reader.js';
import { WriteAheadLog } from './write-ahead-log.js';

interface LogOptions {
  readonly file: string;
  readonly limitBytes: number;
  readonly interruptReaders: () => void;
}

/** Writes take turns on one connection; reads go side by side on others and never see what isn't committed. */
export class SqliteTransactions implements Transactions {
  private readonly writer: GroupCommit;
  private readonly readers: Pool<Reader>;
  private readonly batcher: ReadBatcher;
  private readonly log: WriteAheadLog;

  constructor(
    writer: QueryRunner,
    readers: readonly QueryRunner[],
    { file, limitBytes, interruptReaders }: LogOptions,
  ) {
    const gate = new ReadGate();
    this.writer = new GroupCommit(writer, () => this.log.watch());
    this.log = new WriteAheadLog(file, limitBytes, this.writer, gate, interruptReaders);
    this.readers = new Pool(readers.map((reader) => new Reader(reader, gate)));
    this.batcher = new ReadBatcher(readers[0]!, {
      lend: (loan, job) => this.readers.lend(loan, (reader) => reader.lend(job)).catch(tellOutage),
      isBusy: () => this.readers.isBusyFor('lookup'),
    });
  }

  get activity(): Activity {
    const { log } = this;
    const writer = this.writer.activity;
    const readers = this.readers.activity;
    return {
      ...writer,
      waiting: writer.waiting + readers.waiting,
      running: writer.running + readers.inUse,
      retries: 0,
      // Asks the file system, so only where it is read.
      get walBytes() {
        return log.bytes;
      },
      connections: { writer: { size: 1, inUse: Math.min(writer.running, 1), waiting: writer.waiting }, readers },
    };
  }

  write<Result>(work: Work<Result>, wait: Wait): Promise<Result> {
    return this.writer.add(work, wait).catch(tellOutage);
  }

  read<Result>(work: Work<Result>, wait: Wait): Promise<Result> {
    return this.readers.lend(readLoan(wait), (reader) => reader.read(work)).catch(tellOutage);
  }

  readAtOnce<Result>(work: Work<Result>, wait: Wait): Promise<Result> {
    return this.batcher.read(work, wait);
  }

  /** Waits for what goes on beside units of work. */
  close(): Promise<void> {
    return this.log.close();
  }
}

/** Another program holds the file for too long, or the disk is full, away or broken. */
const outages = new Set(['BUSY', 'LOCKED', 'FULL', 'IOERR', 'CANTOPEN'].map((name) => `SQLITE_${name}`));

function tellOutage(error: unknown): never {
  if (isStatementTimeout(error)) throw statementTimeout(error);
  throw outages.has(errorCode(error) ?? '') ? new ServiceUnavailable(error) : error;
}
