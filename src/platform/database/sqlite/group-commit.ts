import type { EntityManager, QueryRunner } from 'typeorm';
import { removeItem } from '../../../kernel/lists.js';
import { withScopedRunner } from '../engine/scoped-runner.js';
import { collectDeferred, DeferredInserts, EarlierRowsDeferred } from '../deferred-inserts.js';
import { isOperationalError } from '../engine/operational-errors.js';
import type { TransactionStats } from '../engine/transaction-manager.js';
import { LostDatabase } from '../engine/unusable-database.js';
import type { Wait } from '../engine/wait-queue.js';
import { assertFileWritable } from './file/assert-writable.js';
import { execute } from './execute.js';

/** Maximum number of units per commit: bounds the latency of the first. */
const maxBatchSize = 64;

/** Number of batches that run with savepoints after one without them had to be repeated. */
const maxBatchesWithSavepoints = 16;

/** How long a commit proves that the file is writable. */
const proofLifetimeMs = 1_000;

interface WaitingUnit {
  readonly work: (manager: EntityManager) => Promise<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly wait: Wait;
  /** `gone` if its wait ended before its turn, by its deadline or the disconnection of its client. */
  state: 'waiting' | 'started' | 'gone';
}

interface Hooks {
  /** Called before each commit; rolls back if it throws. */
  readonly beforeCommit?: () => void;
  /** Called when a commit has begun. */
  readonly onCommit?: (committed: Promise<unknown>) => void;
  /** Called after each transaction. */
  readonly afterCommit?: () => void;
}

/** The result of a unit, to be delivered after the commit of its batch. */
interface Outcome {
  readonly stored: boolean;
  readonly deliver: () => void;
}

/**
 * Group commit: the only way to write to SQLite, over one connection, in order of arrival.
 *
 * Queued units share one BEGIN IMMEDIATE … COMMIT, because the fsync of a commit costs more than the units. Invariants:
 * 1. Each unit runs alone; a unit that throws is undone, and the other units of its batch are stored.
 * 2. No result is delivered before the commit, not even an error: a failed unit may have read uncommitted writes of
 *    other units of its batch.
 * 3. Until its turn in the batch, a unit waits and can be removed.
 * 4. If the transaction itself is lost (disk full, I/O error, failed commit), the whole batch is rejected.
 * 5. Rows that units defer are written before the commit, except those of a unit that threw. A unit that reads them runs
 *    again after they were written.
 *
 * A batch runs without savepoints, which cost a round trip for each unit, until a unit throws after others have written.
 * Then the batch is rolled back and runs again, with a savepoint for each unit, and so do the next batches, which are
 * likely to fail alike. See docs/decisions/0060.
 */
export class GroupCommit {
  private readonly queue: WaitingUnit[] = [];
  private batch: readonly WaitingUnit[] = [];
  /** The rows that the units of the batch have deferred. */
  private deferred = new DeferredInserts();
  private readonly done = { commits: 0, batched: 0, rolledBack: 0 };
  private busy = false;
  /** Number of further batches to run with savepoints. */
  private batchesWithSavepointsLeft = 0;

  private readonly jobs: (() => Promise<void>)[] = [];
  private storedAt = -Infinity;
  /** The error of the last transaction, if its commit failed. */
  private failure?: Error;

  constructor(
    private readonly runner: QueryRunner,
    private readonly hooks: Hooks = {},
  ) {}

  get stats(): Pick<TransactionStats, 'waiting' | 'running' | 'commits' | 'batched' | 'rolledBack'> {
    return { waiting: this.queue.length, running: this.batch.length, ...this.done };
  }

  /** @throws UnitNotStarted */
  add<Result>(work: (manager: EntityManager) => Promise<Result>, wait: Wait): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const unit: WaitingUnit = { work, resolve: resolve as WaitingUnit['resolve'], reject, wait, state: 'waiting' };
      wait.start('write', (error) => {
        unit.state = 'gone';
        removeItem(this.queue, unit);
        reject(error);
      });
      this.queue.push(unit);
      if (!this.busy) void this.commitWaiting();
    });
  }

  /** Runs `job` on the connection outside any transaction, before the queued units. */
  between<Result>(job: (runner: QueryRunner) => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.jobs.push(() => job(this.runner).then(resolve, reject));
      if (!this.busy) void this.commitWaiting();
    });
  }

  /**
   * Checks that the file is writable: by the last commit, or by a commit without changes. While units run, their commits
   * are the proof.
   */
  async assertWritable(): Promise<void> {
    if (this.busy) {
      if (this.failure) throw this.failure;
    } else if (performance.now() - this.storedAt > proofLifetimeMs) {
      await this.between(assertFileWritable);
    }
  }

  private async commitWaiting(): Promise<void> {
    this.busy = true;
    while (this.queue.length > 0 || this.jobs.length > 0) {
      for (const run of this.jobs.splice(0)) await run();
      this.batch = this.queue.splice(0, maxBatchSize);
      if (this.batch.length === 0) continue;
      await this.commit(this.batch);
      this.hooks.afterCommit?.();
    }
    this.batch = [];
    this.busy = false;
  }

  private async commit(batch: readonly WaitingUnit[]): Promise<void> {
    let outcomes: readonly Outcome[];
    try {
      outcomes = await this.runBatch(batch);
      await this.writeDeferred();
      this.hooks.beforeCommit?.();
      const committed = execute(this.runner, 'COMMIT');
      this.hooks.onCommit?.(committed);
      await committed;
    } catch (error) {
      // ROLLBACK fails only if SQLite has already ended the transaction; otherwise the next BEGIN fails.
      await execute(this.runner, 'ROLLBACK').catch(() => undefined);
      this.done.rolledBack += batch.length;
      if (isOperationalError(error) || error instanceof LostDatabase) this.failure = error as Error;
      for (const unit of batch) if (start(unit)) unit.reject(error);
      return;
    }
    this.count(outcomes);
    for (const { deliver } of outcomes) deliver();
  }

  /** Runs the units of a batch in one transaction, which stays open. */
  private async runBatch(batch: readonly WaitingUnit[]): Promise<readonly Outcome[]> {
    if (this.batchesWithSavepointsLeft === 0) {
      const outcomes = await this.runTogether(batch);
      if (outcomes) return outcomes;
      this.batchesWithSavepointsLeft = maxBatchesWithSavepoints;
    } else if (batch.length > 1) this.batchesWithSavepointsLeft--;
    return this.runInSavepoints(batch);
  }

  /**
   * Runs the units without savepoints.
   * @returns undefined, after rolling back, if a unit threw that can't be undone without the units before it
   */
  private async runTogether(batch: readonly WaitingUnit[]): Promise<readonly Outcome[] | undefined> {
    await this.begin('BEGIN IMMEDIATE');
    const outcomes: Outcome[] = [];
    for (const unit of batch) {
      if (!start(unit)) continue;
      try {
        outcomes.push(await this.attempt(unit));
      } catch (error) {
        const isFirst = outcomes.every(({ stored }) => !stored);
        await this.undo(error, isFirst ? 'ROLLBACK; BEGIN IMMEDIATE' : 'ROLLBACK');
        if (!isFirst) return undefined;
        outcomes.push(failed(unit, error));
      }
    }
    return outcomes;
  }

  private async runInSavepoints(batch: readonly WaitingUnit[]): Promise<readonly Outcome[]> {
    await this.begin('BEGIN IMMEDIATE; SAVEPOINT unit');
    const outcomes: Outcome[] = [];
    for (const unit of batch) {
      if (!start(unit)) continue;
      if (outcomes.length > 0) await execute(this.runner, 'RELEASE unit; SAVEPOINT unit');
      outcomes.push(await this.attemptInSavepoint(unit));
    }
    return outcomes;
  }

  private count(outcomes: readonly Outcome[]): void {
    const stored = outcomes.filter((outcome) => outcome.stored).length;
    this.done.commits++;
    this.failure = undefined;
    if (stored > 0) this.storedAt = performance.now();
    this.done.rolledBack += outcomes.length - stored;
    if (stored > 1) this.done.batched += stored;
  }

  private async attemptInSavepoint(unit: WaitingUnit): Promise<Outcome> {
    try {
      return await this.attempt(unit);
    } catch (error) {
      await this.undo(error, 'ROLLBACK TO unit');
      if (!(error instanceof EarlierRowsDeferred)) return failed(unit, error);
      await this.writeDeferred();
      await execute(this.runner, 'RELEASE unit; SAVEPOINT unit');
      return this.attemptInSavepoint(unit);
    }
  }

  private async attempt({ work, resolve }: WaitingUnit): Promise<Outcome> {
    const result = await this.run(work);
    return { stored: true, deliver: () => resolve(result) };
  }

  private run(work: WaitingUnit['work']): Promise<unknown> {
    return withScopedRunner(this.runner, async (manager) => {
      const own = collectDeferred(manager, this.deferred);
      const result = await work(manager);
      this.deferred.addAll(own);
      return result;
    });
  }

  private async writeDeferred(): Promise<void> {
    if (!this.deferred.isEmpty) await withScopedRunner(this.runner, (manager) => this.deferred.write(manager));
  }

  private begin(statements: string): Promise<void> {
    this.deferred = new DeferredInserts();
    return execute(this.runner, statements);
  }

  private async undo(error: unknown, statements: string): Promise<void> {
    try {
      await execute(this.runner, statements);
    } catch {
      // The transaction was lost: `error` is the cause.
      throw error;
    }
  }
}

/** Ends the wait of a unit, if it still waits. @returns false if the unit is gone */
function start(unit: WaitingUnit): boolean {
  if (unit.state === 'gone') return false;
  if (unit.state === 'waiting') unit.wait.stop();
  unit.state = 'started';
  return true;
}

const failed = ({ reject }: WaitingUnit, error: unknown): Outcome => ({ stored: false, deliver: () => reject(error) });
