import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { Wait } from './wait-queue.js';

export type Work<Result> = (manager: EntityManager) => Promise<Result>;
export type RunnerFactory = (dataSource: DataSource) => QueryRunner;

/**
 * Runs units of work on one database engine. All engines give the same guarantees.
 * Every method throws UnitNotStarted if the unit's wait ends before its turn.
 */
export interface TransactionManager {
  readonly stats: TransactionStats;
  /** Called when a commit has begun for which all later writes wait: only on SQLite. */
  onCommit?: (committed: Promise<unknown>) => void;
  /** Runs `work` in a transaction, which is rolled back if `work` throws. */
  write<Result>(work: Work<Result>, wait: Wait): Promise<Result>;
  /** Runs `work` in a read-only transaction on one committed snapshot. */
  read<Result>(work: Work<Result>, wait: Wait): Promise<Result>;
  /** Runs `work` that consists of a single SELECT, and rejects any other statement. */
  readSingle<Result>(work: Work<Result>, wait: Wait): Promise<Result>;
}

/** Counters and gauges of units of work. */
export interface TransactionStats {
  /** Units of work that are waiting. */
  readonly waiting: number;
  /** Units of work that are running. */
  readonly running: number;
  /** Commits since the start. On SQLite concurrent units share one (group commit). */
  readonly commits: number;
  /** Units of work since the start that shared a commit. */
  readonly batched: number;
  /** Transactions since the start that were retried after a serialization failure or a deadlock. */
  readonly retries: number;
  /** Units of work since the start that were rolled back. */
  readonly rolledBack: number;
  /** Size of SQLite's write-ahead log. */
  readonly walBytes?: number;
  /** Connection pools, by name. */
  readonly connections: Readonly<Record<string, PoolStats>>;
}

export interface PoolStats {
  /** Maximum number of connections. */
  readonly size: number;
  readonly inUse: number;
  /** Units of work that wait for a connection. */
  readonly waiting: number;
}
