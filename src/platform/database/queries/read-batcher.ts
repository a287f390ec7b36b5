import { EntityManager, type QueryRunner } from 'typeorm';
import { ServiceUnavailable } from '../../../kernel/domain-error.js';
import { parseAggregate, type RawRow } from './json-aggregate.js';
import { NeedsTransaction } from '../engine/needs-transaction.js';
import type { PoolRequest } from '../engine/pool.js';
import { runScoped } from '../engine/scoped-runner.js';
import { isStatementError } from '../engine/statement-error.js';
import type { Work } from '../engine/transaction-manager.js';
import type { Wait } from '../engine/wait-queue.js';

/** A source of query runners. */
interface RunnerSource {
  /** Runs a job with a query runner, for one statement. */
  readonly use: <Result>(request: PoolRequest, job: (runner: QueryRunner) => Promise<Result>) => Promise<Result>;
  /** Whether a new lookup has to wait for a query runner. */
  readonly isBusy: () => boolean;
}

interface Read {
  /** Returned by `batchedSql`. */
  readonly sql: string;
  readonly values: readonly unknown[];
  /** Maximum number of rows; 1 by default. */
  readonly limit?: number;
  /** Maximum number of rows of a batch: bounds the memory of large rows. */
  readonly maxBatchRows?: number;
}

type QueryBatched = (read: Read) => Promise<readonly RawRow[]>;

interface QueuedRead {
  /** As JSON. */
  readonly values: string;
  readonly resolve: (rows: readonly RawRow[]) => void;
  readonly reject: (error: unknown) => void;
  readonly wait: Wait;
  /** Whether `wait` was started. A read does not wait if a query runner is free. */
  isWaiting: boolean;
}

/** Queued reads of the same SQL and limit. */
interface Queue extends Pick<Read, 'sql' | 'limit' | 'maxBatchRows'> {
  readonly key: string;
  readonly reads: QueuedRead[];
  /** Whether the queue, and with it each of its reads, waits for a query runner. */
  isWaiting: boolean;
}

/** Reads by their values, in the order of their positions in the batch. */
type Batch = ReadonlyMap<string, readonly QueuedRead[]>;

/** The result row of the read at a position of the batch. */
interface BatchedRow {
  readonly position: number;
  readonly rows: unknown;
}

/** Maximum number of reads in a batch: bounds the latency of the first. */
const maxBatchSize = 64;
/** Default maximum number of rows of a batch; a single read may exceed it. */
const defaultMaxBatchRows = 1024;

/**
 * Batches concurrent single-statement reads (the DataLoader pattern): reads with the same SQL and different parameters
 * run as one statement (see batched-sql.ts), because a round trip costs more than most statements. A batch starts after
 * all its reads were requested, so no read sees an older state.
 *
 * If a batch fails, its reads are retried individually, because the value of one read may be the cause. If the database
 * is unavailable, all reads of the batch are rejected.
 */
export class ReadBatcher {
  private readonly queues = new Map<string, Queue>();

  /** @param blank the prototype of the scoped query runners */
  constructor(
    private readonly blank: QueryRunner,
    private readonly runners: RunnerSource,
  ) {}

  /** Runs `work` with a manager that accepts one SELECT and rejects every other statement. */
  async read<Result>(work: Work<Result>, wait: Wait): Promise<Result> {
    let isUsed = false;
    const allowOnce = (sql: string): void => {
      if (isUsed || !sql.startsWith('SELECT ')) {
        throw new Error(`A single-statement read runs one SELECT, and no other statement, such as ${sql}`);
      }
      isUsed = true;
    };
    const overrides = (scoped: QueryRunner) => ({
      query: async (sql: string, ...rest: []): Promise<unknown> => {
        if (scoped.isReleased) return this.blank.query.call(scoped, sql, ...rest);
        allowOnce(sql);
        return this.runners.use({ workload: 'scan', wait }, (runner) => runner.query(sql, ...rest));
      },
    });
    const managerOf = (scoped: QueryRunner): EntityManager =>
      new BatchingManager(this.blank.connection, scoped, (read) => {
        allowOnce(read.sql);
        return this.add(read, wait);
      });
    return runScoped(this.blank, overrides, managerOf, work);
  }

  private add({ values, ...query }: Read, wait: Wait): Promise<readonly RawRow[]> {
    return new Promise((resolve, reject) => {
      wait.assertConnected();
      const read = { values: JSON.stringify(values), resolve, reject, wait, isWaiting: false };
      const key = `${query.limit} ${query.sql}`;
      const queue = this.queues.get(key);
      if (queue?.isWaiting) startWaiting(read, queue);
      if (queue) queue.reads.push(read);
      else this.start({ ...query, key, reads: [read], isWaiting: false });
    });
  }

  /** Starts a batch after the requests that have already arrived are parsed, since they are likely to join it. */
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
        // Empty if the waits of all its reads have ended.
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

  /** Dequeues the next batch. Identical reads count as one. */
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
  const rowsByPosition = new Map(found.map(({ position, rows }) => [position, parseAggregate(rows)]));
  let position = 0;
  for (const reads of batch.values()) {
    const rows = rowsByPosition.get(position++)!;
    for (const { resolve } of reads) resolve(rows);
  }
}

function reject(batch: Batch, error: unknown): void {
  for (const reads of batch.values()) for (const read of reads) read.reject(error);
}

const isOutage = (error: unknown): boolean => error instanceof ServiceUnavailable && !isStatementError(error);

/** The manager of a single-statement read, which can join a batch. */
export class BatchingManager extends EntityManager {
  constructor(
    connection: EntityManager['connection'],
    queryRunner: QueryRunner,
    readonly queryBatched: QueryBatched,
  ) {
    super(connection, queryRunner);
  }
}

/** @throws NeedsTransaction in a single-statement read */
export function assertTransaction(manager: EntityManager): void {
  if (isSingleStatementRead(manager)) throw new NeedsTransaction();
}

export const isSingleStatementRead = (manager: EntityManager): manager is BatchingManager =>
  manager instanceof BatchingManager;
