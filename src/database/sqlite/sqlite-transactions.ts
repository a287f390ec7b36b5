import type { QueryRunner } from 'typeorm';
import { ServiceUnavailable } from '../../kernel/domain-error.js';
import { errorCode } from '../error-code.js';
import { Pool } from '../pool.js';
import { SharedReads } from '../shared-reads.js';
import type { Activity, Transactions, Work } from '../transactions.js';
import { GroupCommit } from './group-commit.js';
import { Reader } from './reader.js';

/** Writes take turns on one connection; reads go side by side on others and never see what isn't committed. */
export class SqliteTransactions implements Transactions {
  private readonly writer: GroupCommit;
  private readonly readers: Pool<Reader>;
  private readonly shared: SharedReads;

  constructor(writer: QueryRunner, readers: readonly QueryRunner[]) {
    this.writer = new GroupCommit(writer);
    this.readers = new Pool(readers.map((reader) => new Reader(reader)));
    this.shared = new SharedReads(readers[0]!, (job) => this.readers.lend((reader) => reader.lend(job)));
  }

  get activity(): Activity {
    const writer = this.writer.activity;
    const readers = this.readers.activity;
    return {
      ...writer,
      waiting: writer.waiting + readers.waiting,
      running: writer.running + readers.inUse,
      retries: 0,
      connections: { writer: { size: 1, inUse: Math.min(writer.running, 1), waiting: writer.waiting }, readers },
    };
  }

  write<Result>(work: Work<Result>): Promise<Result> {
    return this.writer.add(work).catch(tellOutage);
  }

  read<Result>(work: Work<Result>): Promise<Result> {
    return this.readers.lend((reader) => reader.read(work)).catch(tellOutage);
  }

  readAtOnce<Result>(work: Work<Result>): Promise<Result> {
    return this.shared.read(work).catch(tellOutage);
  }
}

/** Another program holds the file for too long, or the disk is full, away or broken. */
const outages = new Set(['BUSY', 'LOCKED', 'FULL', 'IOERR', 'CANTOPEN'].map((name) => `SQLITE_${name}`));

function tellOutage(error: unknown): never {
  throw outages.has(errorCode(error) ?? '') ? new ServiceUnavailable(error) : error;
}
