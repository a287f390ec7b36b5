import { setTimeout as pause } from 'node:timers/promises';
import type { EntityManager, QueryRunner } from 'typeorm';
import { ServiceUnavailable } from '../../../kernel/domain-error.js';
import { errorCode } from '../../../kernel/error-code.js';
import { withScopedRunner } from '../engine/scoped-runner.js';
import { inOrder } from '../../../kernel/in-order.js';
import { collectDeferred, type DeferredInserts } from '../deferred-inserts.js';
import { type PoolRequest, Pool, readRequest } from '../engine/pool.js';
import { ReadBatcher } from '../queries/read-batcher.js';
import { isCorruption, isOperationalError } from '../engine/operational-errors.js';
import { isStatementTimeout, statementTimeout } from '../engine/statement-timeout.js';
import type { TransactionStats, TransactionManager, Work } from '../engine/transaction-manager.js';
import type { Wait } from '../engine/wait-queue.js';
import { LostDatabase } from '../engine/unusable-database.js';
import { AnswerTimeout } from './answer-timeout.js';
import { stalePlanCode, type PreparingClient, type PreparingPool } from './driver.js';
import { type ServerInquiry, ServerWatchdog } from './server-watchdog.js';

/** Attempts of a unit that fails with a serialization failure or a deadlock. */
const maxAttempts = 8;
/** Serialization failure and deadlock. A replica also reports a read that conflicts with replay as the former. */
export const retryableCodes = new Set(['40001', '40P01']);
/**
 * Writes find rows by their keys, so that one plan serves all values; PostgreSQL would plan a statement with a list of ids
 * each time it is executed (decision 62).
 */
const beginWrite = 'BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL plan_cache_mode = force_generic_plan';
const beginReadOnly = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';
/** PostgreSQL's read_only_sql_transaction, for example on a server that was demoted to a replica. */
const readOnlyCode = '25006';

interface WatchdogOptions {
  readonly server: ServerInquiry;
  readonly pool: () => Pick<PreparingPool, 'abortIdle'>;
  /** The statement timeout of the server; 0 for none. */
  readonly statementTimeoutMs: number;
}

/**
 * Runs each unit of work in its own transaction. Writes use READ COMMITTED: each statement sees the latest commits, so
 * check-then-write code locks first and reads afterwards (see row-lock.ts). Reads use one snapshot (REPEATABLE READ).
 *
 * Units queue for a slot here and not in the connection pool, whose timeout would include the time in the queue and
 * mistake load for an outage. With as many slots as connections, the pool's timeout applies to connecting only. While the
 * server works, its statement timeout frees every slot in time; if the server rejects connections, each unit fails within
 * milliseconds of its turn; if the server or a connection does not respond, the watchdog ends the waiting units within
 * seconds.
 */
export class PostgresTransactions implements TransactionManager {
  private readonly slots: Pool<() => QueryRunner>;
  private readonly batcher: ReadBatcher;
  private readonly watchdog: ServerWatchdog;
  /** The error of a corrupt page, which fails readiness until the database is restored and the service restarted. */
  corruption?: Error;
  private commits = 0;
  private retries = 0;
  private rolledBack = 0;

  /** @param slots no more than there are connections */
  constructor(newRunner: () => QueryRunner, slots: number, { server, pool, statementTimeoutMs }: WatchdogOptions) {
    this.slots = new Pool(Array<typeof newRunner>(slots).fill(newRunner));
    this.watchdog = new ServerWatchdog(server, pool, statementTimeoutMs, (cause) =>
      this.slots.rejectQueued(new ServiceUnavailable(cause)),
    );
    this.batcher = new ReadBatcher(newRunner(), {
      use: (request, job) => this.withRunner(request, job),
      isBusy: () => this.slots.isBusyFor('lookup'),
    });
  }

  get stats(): TransactionStats {
    const pool = this.slots.stats;
    return {
      waiting: pool.waiting,
      running: pool.inUse,
      commits: this.commits,
      batched: 0,
      retries: this.retries,
      rolledBack: this.rolledBack,
      connections: { shared: pool },
    };
  }

  async write<Result>(work: Work<Result>, wait: Wait): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await this.attempt(beginWrite, work, { workload: 'write', wait });
        this.commits++;
        return result;
      } catch (error) {
        const code = errorCode(error) ?? '';
        const isRetryable = retryableCodes.has(code);
        if (!isRetryable || attempt === maxAttempts) {
          this.rolledBack++;
          throw isRetryable || code === readOnlyCode ? new ServiceUnavailable(error) : error;
        }
      }
      this.retries++;
      await pause(Math.random() * 2 ** attempt);
    }
  }

  read<Result>(work: Work<Result>, wait: Wait): Promise<Result> {
    return this.attempt(beginReadOnly, work, readRequest(wait));
  }

  readSingle<Result>(work: Work<Result>, wait: Wait): Promise<Result> {
    return this.batcher.read(work, wait);
  }

  private attempt<Result>(begin: string, work: Work<Result>, request: PoolRequest): Promise<Result> {
    return this.withRunner(request, async (runner) => {
      const begun = runner.query(begin);
      // BEGIN is awaited below, unless the unit fails first.
      begun.catch(() => undefined);
      const purpose = begin === beginReadOnly ? 'read' : 'write';
      let deferred: DeferredInserts | undefined;
      const run = (manager: EntityManager): Promise<Result> => {
        if (purpose === 'write') deferred = collectDeferred(manager);
        return work(manager);
      };
      const result = await withScopedRunner(runner, run, { purpose, begun });
      await begun;
      // If the insertion fails, PostgreSQL answers COMMIT by rolling back.
      await inOrder(
        withScopedRunner(runner, async (manager) => deferred?.write(manager)),
        runner.query('COMMIT'),
      );
      return result;
    });
  }

  private withRunner<Result>(request: PoolRequest, job: (runner: QueryRunner) => Promise<Result>): Promise<Result> {
    return this.slots.use(request, (newRunner) => {
      const runner = newRunner();
      let isAbandoned = false;
      const unit = {
        connection: undefined as PreparingClient | undefined,
        abandon(): void {
          isAbandoned = true;
          unit.connection?.abort();
        },
      };
      return this.watchdog.during(unit, async () => {
        try {
          unit.connection = (await runner.connect()) as PreparingClient;
          return await job(runner);
        } catch (error) {
          // TypeORM releases a runner whose connection breaks.
          const isLost = isAbandoned || runner.isReleased;
          // On a lost connection ROLLBACK fails, and the server has rolled back by itself.
          await runner.query('ROLLBACK').catch(() => undefined);
          if (isStatementTimeout(error)) throw statementTimeout(error);
          if (isCorruption(error)) this.corruption ??= error as Error;
          throw isLost || isUnavailable(error) ? new ServiceUnavailable(error) : error;
        } finally {
          await runner.release();
        }
      });
    });
  }
}

/** Whether an error is a connection failure (08), lack of resources (53), shutdown or timeout (57), stale plan or lock timeout. */
function isUnavailable(error: unknown): boolean {
  const code = errorCode(error);
  if (code === stalePlanCode) return true;
  if (error instanceof AnswerTimeout || error instanceof LostDatabase) return true;
  // A write in a read-only unit is a bug.
  if (code !== readOnlyCode && isOperationalError(error)) return true;
  if (code !== undefined) return /^(08|53|57)|^55P03$|^E[A-Z]+$/.test(code);
  return (
    error instanceof Error &&
    /^Connection terminated|^timeout exceeded|not queryable$|^Query read timeout/.test(error.message)
  );
}
