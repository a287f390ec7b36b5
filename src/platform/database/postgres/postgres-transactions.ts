import { setTimeout as pause } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { ServiceUnavailable } from '../../../kernel/domain-error.js';
import { errorCode } from '../../../kernel/error-code.js';
import { withScopedRunner } from '../engine/scoped-runner.js';
import { type PoolRequest, Pool, readRequest } from '../engine/pool.js';
import { ReadBatcher } from '../queries/read-batcher.js';
import { isCorruption, isOperationalError } from '../engine/operational-errors.js';
import { isStatementTimeout, statementTimeout } from '../engine/statement-timeout.js';
import type { TransactionStats, TransactionManager, Work } from '../engine/transaction-manager.js';
import type { Wait } from '../engine/waiting-room.js';
import { LostDatabase } from '../engine/unusable-database.js';
import { AnswerTimeout } from './answer-timeout.js';
import { stalePlanCode, type PreparingClient, type PreparingPool } from './driver.js';
import { type ServerInquiry, ServerWatchdog } from './server-watchdog.js';

/** A unit that loses to others this often finds the database too busy. */
const maxAttempts = 8;
/** Serialization failure and deadlock: the database asks to begin again. A standby so ends reads that hold it up. */
export const retryableCodes = new Set(['40001', '40P01']);
const beginReadOnly = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';
/** A write where only reading is possible: on a server that was demoted to a standby, for one. */
const readOnlyCode = '25006';

interface WatchdogOptions {
  readonly server: ServerInquiry;
  readonly pool: () => Pick<PreparingPool, 'abortIdle'>;
  /** The server's own limit for a statement; 0 for none. */
  readonly statementTimeoutMs: number;
}

/**
 * Each unit of work in a transaction of its own. Writes see what was committed before each of their statements, so
 * they first lock what they judge (see lock.ts) and read it then; reads see one snapshot throughout.
 *
 * Units wait for a place here and not in the pool of connections, whose time limit would count that waiting and take
 * a crowd for an outage. With as many places as connections, that limit is on connecting alone. How long a unit waits
 * is limited by the server: while it works, every place becomes free in time; when it refuses connections, each
 * unit learns that within milliseconds of its turn; and when it, or a connection to it, falls silent, the watchdog ends
 * the units that wait for it within seconds.
 */
export class PostgresTransactions implements TransactionManager {
  private readonly slots: Pool<() => QueryRunner>;
  private readonly batcher: ReadBatcher;
  private readonly watchdog: ServerWatchdog;
  /** What PostgreSQL said of a damaged page. It stays damaged until it is restored and the service started again. */
  damage?: Error;
  private commits = 0;
  private retries = 0;
  private rolledBack = 0;

  /** @param places no more than there are connections */
  constructor(newRunner: () => QueryRunner, places: number, { server, pool, statementTimeoutMs }: WatchdogOptions) {
    this.slots = new Pool(Array<typeof newRunner>(places).fill(newRunner));
    this.watchdog = new ServerWatchdog(server, pool, statementTimeoutMs, (cause) =>
      this.slots.rejectQueued(new ServiceUnavailable(cause)),
    );
    this.batcher = new ReadBatcher(newRunner(), {
      use: (loan, job) => this.withRunner(loan, job),
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
        const result = await this.attempt('BEGIN ISOLATION LEVEL READ COMMITTED', work, { workload: 'write', wait });
        this.commits++;
        return result;
      } catch (error) {
        const code = errorCode(error) ?? '';
        const isLost = retryableCodes.has(code);
        if (!isLost || attempt === maxAttempts) {
          this.rolledBack++;
          throw isLost || code === readOnlyCode ? new ServiceUnavailable(error) : error;
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

  private attempt<Result>(begin: string, work: Work<Result>, loan: PoolRequest): Promise<Result> {
    return this.withRunner(loan, async (runner) => {
      const begun = runner.query(begin);
      // It is awaited below, unless the unit fails first.
      begun.catch(() => undefined);
      const result = await withScopedRunner(runner, work, {
        purpose: begin === beginReadOnly ? 'read' : 'write',
        begun,
      });
      await begun;
      await runner.query('COMMIT');
      return result;
    });
  }

  private withRunner<Result>(loan: PoolRequest, job: (runner: QueryRunner) => Promise<Result>): Promise<Result> {
    return this.slots.use(loan, (newRunner) => {
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
          // A lost connection has rolled back by itself, and is what `error` tells.
          await runner.query('ROLLBACK').catch(() => undefined);
          if (isStatementTimeout(error)) throw statementTimeout(error);
          if (isCorruption(error)) this.damage ??= error as Error;
          throw isLost || isUnavailable(error) ? new ServiceUnavailable(error) : error;
        } finally {
          await runner.release();
        }
      });
    });
  }
}

/** Connection failures (08), lack of resources (53), shutdown and timeouts (57), a plan that is old, and waiting too long for a lock. */
function isUnavailable(error: unknown): boolean {
  const code = errorCode(error);
  if (code === stalePlanCode) return true;
  if (error instanceof AnswerTimeout || error instanceof LostDatabase) return true;
  // A write in a unit that reads is a bug of ours.
  if (code !== readOnlyCode && isOperationalError(error)) return true;
  if (code !== undefined) return /^(08|53|57)|^55P03$|^E[A-Z]+$/.test(code);
  return (
    error instanceof Error &&
    /^Connection terminated|^timeout exceeded|not queryable$|^Query read timeout/.test(error.message)
  );
}
