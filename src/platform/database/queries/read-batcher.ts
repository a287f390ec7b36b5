import { EntityManager, type QueryRunner } from 'typeorm';
import { ServiceUnavailable } from '../../../kernel/domain-error.js';
import { parseAggregate, type RawRow } from './json-aggregate.js';
import { NeedsTransaction } from '../engine/needs-transaction.js';
import type { PoolRequest } from '../engine/pool.js';
import { isStatementError } from '../engine/statement-error.js';
import type { Work } from '../engine/transaction-manager.js';
import type { Wait } from '../engine/waiting-room.js';

/** Where query runners come from. */
interface RunnerSource {
  /** Lends one for the time of one statement. */
  readonly use: <Result>(loan: PoolRequest, job: (runner: QueryRunner) => Promise<Result>) => Promise<Result>;
  /** Whether a new lookup has to wait for one. */
  readonly isBusy: () => boolean;
}

interface Read {
  /** As batched-sql.ts writes it. */
  readonly sql: string;
  readonly values: readonly unknown[];
  /** Rows that are found at most; one without it. */
  readonly limit?: number;
  /** Rows that one run of the statement finds at most for all its reads: bounds the memory that large rows take. */
  readonly maxBatchRows?: number;
}

type QueryBatched = (read: Read) => Promise<readonly RawRow[]>;

interface QueuedRead {
  /** As JSON. */
  readonly values: string;
  readonly resolve: (rows: readonly RawRow[]) => void;
  readonly reject: (error: unknown) => void;
  readonly wait: Wait;
  /** Whether `wait` was started. A read that finds a free query runner doesn't wait. */
  isWaiting: boolean;
}

/** The reads that wait for one statement and have the same limit. */
interface Queue extends Pick<Read, 'sql' | 'limit' | 'maxBatchRows'> {
  readonly key: string;
  readonly reads: QueuedRead[];
  /** Whether it waits for a query runner, and each of its reads with it. */
  isWaiting: boolean;
}

/** Reads by their values, in the order of their places. */
type Batch = ReadonlyMap<string, readonly QueuedRead[]>;

/** The row of the read at a place of the batch. */
interface BatchedRow {
  readonly place: number;
  readonly rows: unknown;
}

/** Reads that are answered by one run of a statement: bounds how long the first of them waits for the last. */
const maxBatchSize = 64;
/** Rows that one run of a statement finds at most, where a single read doesn't find more and nothing else is said. */
const defaultMaxBatchRows = 1024;

/**
 * Request batching: runs concurrent single reads of one statement, with whatever values, as one statement (see
 * batched-sql.ts), since a round trip to the database costs more than most of them do. A batch begins after all of its
 * reads were asked for, so no read finds a state from before it was asked for.
 *
 * A batch that fails is run again, each of its reads alone: the value of one may be the cause. It is not where the
 * database is away, and all of the batch's reads are rejected then.
 */
export class ReadBatcher {
  private readonly queues = new Map<string, Queue>();

  /** @param blank a query runner to make views of */
  constructor(
    private readonly blank: QueryRunner,
    private readonly runners: RunnerSource,
  ) {}

  /** Hands `work` a manager that takes one SELECT and refuses every other statement, and all when `work` is over. */
  async read<Result>(work: Work<Result>, wait: Wait): Promise<Result> {
    const view = Object.create(this.blank) as QueryRunner;
    let isUsed = false;
    const allowOnce = (sql: string): void => {
      if (isUsed || !sql.startsWith('SELECT ')) {
        throw new Error(`What is read at once takes one SELECT, and no other statement, such as ${sql}`);
      }
      isUsed = true;
    };
    const query = async (sql: string, ...rest: []): Promise<unknown> => {
      if (view.isReleased) return this.blank.query.call(view, sql, ...rest);
      allowOnce(sql);
      return this.runners.use({ workload: 'scan', wait }, (runner) => runner.query(sql, ...rest));
    };
    Object.assign(view, { isReleased: false, query });
    const manager = new BatchingManager(this.blank.connection, view, (read) => {
      allowOnce(read.sql);
      return this.add(read, wait);
    });
    Object.assign(view, { manager });
    try {
      return await work(manager);
    } finally {
      Object.assign(view, { isReleased: true });
    }
  }

  private add({ values, ...query }: Read, wait: Wait): Promise<readonly RawRow[]> {
    return new Promise((resolve, reject) => {
      wait.assertPresent();
      const read = { values: JSON.stringify(values), resolve, reject, wait, isWaiting: false };
      const key = `${query.limit} ${query.sql}`;
      const queue = this.queues.get(key);
      if (queue?.isWaiting) startWaiting(read, queue);
      if (queue) queue.reads.push(read);
      else this.start({ ...query, key, reads: [read], isWaiting: false });
    });
  }

  /** Lets all requests that have arrived by now be parsed first: they are likely to read the same. */
  private start(queue: Queue): void {
    this.queues.set(queue.key, queue);
    setImmediate(() => void this.runNext(queue));
  }

  private async runNext(queue: Queue): Promise<void> {
    let batch: Batch | undefined;
    try {
      if (this.runners.isBusy()) startAllWaiting(queue);
      await this.runners.use({ workload: 'lookup' }, async (runner) => {
        batch = this.take(queue);
        // All of its reads may have been taken out meanwhile.
        if (batch.size > 0) await run(runner, queue, batch);
      });
    } catch (error) {
      batch ??= this.take(queue);
      if (batch.size === 1 || isOutage(error)) reject(batch, error);
      else this.runEach(queue, batch);
    }
  }

  private runEach(queue: Queue, batch: Batch): void {
    for (const [values, reads] of batch) {
      const alone = new Map([[values, reads]]);
      this.runners
        .use({ workload: 'lookup' }, (runner) => run(runner, queue, alone))
        .catch((error: unknown) => reject(alone, error));
    }
  }

  /** Takes the next batch from the queue. Reads of the very same values count as one. */
  private take(queue: Queue): Batch {
    this.queues.delete(queue.key);
    const { reads, limit = 1, maxBatchRows = defaultMaxBatchRows } = queue;
    const maxSize = Math.max(1, Math.min(maxBatchSize, Math.floor(maxBatchRows / limit)));
    const batch = new Map<string, QueuedRead[]>();
    let taken = 0;
    for (const read of reads) {
      const same = batch.get(read.values);
      if (same) same.push(read);
      else if (batch.size < maxSize) batch.set(read.values, [read]);
      else break;
      if (read.isWaiting) read.wait.stop();
      taken++;
    }
    reads.splice(0, taken);
    if (reads.length > 0) this.start(queue);
    return batch;
  }
}

function startAllWaiting(queue: Queue): void {
  queue.isWaiting = true;
  for (const read of [...queue.reads]) {
    try {
      if (!read.isWaiting) startWaiting(read, queue);
    } catch (error) {
      queue.reads.splice(queue.reads.indexOf(read), 1);
      read.reject(error);
    }
  }
}

/** @throws UnitNotStarted */
function startWaiting(read: QueuedRead, { reads }: Queue): void {
  read.wait.start('lookup', (error) => {
    reads.splice(reads.indexOf(read), 1);
    read.reject(error);
  });
  read.isWaiting = true;
}

async function run(runner: QueryRunner, { sql, limit }: Queue, batch: Batch): Promise<void> {
  const values = `[${[...batch.keys()].join()}]`;
  const found = (await runner.query(sql, limit === undefined ? [values] : [values, limit])) as BatchedRow[];
  const answers = new Map(found.map(({ place, rows }) => [place, parseAggregate(rows)]));
  let place = 0;
  for (const reads of batch.values()) {
    const rows = answers.get(place++)!;
    for (const { resolve } of reads) resolve(rows);
  }
}

function reject(batch: Batch, error: unknown): void {
  for (const reads of batch.values()) for (const read of reads) read.reject(error);
}

const isOutage = (error: unknown): boolean => error instanceof ServiceUnavailable && !isStatementError(error);

/** The manager of a single read: runs it alone, as every other manager does, or in a batch. */
export class BatchingManager extends EntityManager {
  constructor(
    connection: EntityManager['connection'],
    queryRunner: QueryRunner,
    readonly queryBatched: QueryBatched,
  ) {
    super(connection, queryRunner);
  }
}

/** @throws NeedsTransaction in a single read */
export function assertTransaction(manager: EntityManager): void {
  if (manager instanceof BatchingManager) throw new NeedsTransaction();
}
