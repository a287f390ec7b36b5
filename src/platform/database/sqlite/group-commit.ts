import type { EntityManager, QueryRunner } from 'typeorm';
import { withScopedRunner } from '../engine/scoped-runner.js';
import { isOperationalError } from '../engine/operational-errors.js';
import type { TransactionStats } from '../engine/transaction-manager.js';
import { LostDatabase } from '../engine/unusable-database.js';
import type { Wait } from '../engine/waiting-room.js';
import { assertFileWritable } from './file/assert-writable.js';
import { execute } from './execute.js';

/** Units that share one commit at most: bounds how long the first of them waits for the last. */
const maxBatchSize = 64;

/** Milliseconds for which a commit proves that the file can be written to. */
const proofLifetimeMs = 1_000;

interface WaitingUnit {
  readonly work: (manager: EntityManager) => Promise<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly wait: Wait;
  /** `gone` where it was answered before its turn came: it waited too long, or its caller has left. */
  state: 'waiting' | 'started' | 'gone';
}

/** How to answer a unit once its batch is committed, and whether anything of it is stored then. */
interface Outcome {
  readonly stored: boolean;
  readonly answer: () => void;
}

/**
 * The only way to write to SQLite: one connection, one transaction at a time, first come, first served.
 *
 * Units that wait together share one BEGIN IMMEDIATE … COMMIT, since the commit's fsync costs more than all
 * they do. Invariants:
 * 1. Each unit runs alone, in a savepoint of its own; one that throws is rolled back to it and harms no other.
 * 2. Nobody is answered before the commit, not even a unit that failed: it may have judged by what others
 *    in its batch wrote, and that isn't true until it is on disk.
 * 3. Until its turn in the batch comes, a unit waits: it can still be taken out.
 * 4. When the transaction itself is lost (disk full, I/O error, failed commit), the whole batch is rejected.
 */
export class GroupCommit {
  private readonly queue: WaitingUnit[] = [];
  private batch: readonly WaitingUnit[] = [];
  private readonly done = { commits: 0, batched: 0, rolledBack: 0 };
  private busy = false;

  private readonly jobs: (() => Promise<void>)[] = [];
  private storedAt = -Infinity;
  /** Why the last transaction could not be committed. */
  private failure?: Error;

  /**
   * @param hooks.beforeCommit called before each commit, which fails where it throws
   * @param hooks.onCommit called after each transaction
   */
  constructor(
    private readonly runner: QueryRunner,
    private readonly hooks: { readonly beforeCommit?: () => void; readonly onCommit?: () => void } = {},
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
        const index = this.queue.indexOf(unit);
        if (index !== -1) this.queue.splice(index, 1);
        reject(error);
      });
      this.queue.push(unit);
      if (!this.busy) void this.commitWaiting();
    });
  }

  /** Runs `job` on the connection outside any transaction, before the units that wait. */
  between<Result>(job: (runner: QueryRunner) => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.jobs.push(() => job(this.runner).then(resolve, reject));
      if (!this.busy) void this.commitWaiting();
    });
  }

  /**
   * Proves that the file can be written to: by the last commit, or by one that changes nothing. While units are at work
   * they are the proof, and are not made to wait for another.
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
      this.hooks.onCommit?.();
    }
    this.batch = [];
    this.busy = false;
  }

  private async commit(batch: readonly WaitingUnit[]): Promise<void> {
    const outcomes: Outcome[] = [];
    try {
      await execute(this.runner, 'BEGIN IMMEDIATE; SAVEPOINT unit');
      for (const unit of batch) {
        if (!start(unit)) continue;
        if (outcomes.length > 0) await execute(this.runner, 'RELEASE unit; SAVEPOINT unit');
        outcomes.push(await this.attempt(unit));
      }
      this.hooks.beforeCommit?.();
      await execute(this.runner, 'COMMIT');
    } catch (error) {
      // Fails only where SQLite has already ended the transaction; if anything else were open, the next BEGIN says so.
      await execute(this.runner, 'ROLLBACK').catch(() => undefined);
      this.done.rolledBack += batch.length;
      if (isOperationalError(error) || error instanceof LostDatabase) this.failure = error as Error;
      for (const unit of batch) if (unit.state === 'started' || start(unit)) unit.reject(error);
      return;
    }
    this.count(outcomes);
    for (const { answer } of outcomes) answer();
  }

  private count(outcomes: readonly Outcome[]): void {
    const stored = outcomes.filter((outcome) => outcome.stored).length;
    this.done.commits++;
    this.failure = undefined;
    if (stored > 0) this.storedAt = performance.now();
    this.done.rolledBack += outcomes.length - stored;
    if (stored > 1) this.done.batched += stored;
  }

  /** Runs one unit in the savepoint that is open, and leaves in there what the unit stored. */
  private async attempt({ work, resolve, reject }: WaitingUnit): Promise<Outcome> {
    try {
      const result = await withScopedRunner(this.runner, work);
      return { stored: true, answer: () => resolve(result) };
    } catch (error) {
      await this.undo(error);
      return { stored: false, answer: () => reject(error) };
    }
  }

  private async undo(error: unknown): Promise<void> {
    try {
      await execute(this.runner, 'ROLLBACK TO unit');
    } catch {
      // The savepoint went with the transaction. What ended it is the news.
      throw error;
    }
  }
}

/** @returns whether the unit is to be run, and not gone */
function start(unit: WaitingUnit): boolean {
  if (unit.state === 'gone') return false;
  unit.wait.stop();
  unit.state = 'started';
  return true;
}
