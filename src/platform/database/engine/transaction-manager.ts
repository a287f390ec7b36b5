import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { Wait } from './waiting-room.js';

export type Work<Result> = (manager: EntityManager) => Promise<Result>;
export type RunnerFactory = (dataSource: DataSource) => QueryRunner;

/**
 * How one database engine runs units of work. What a unit may count on is the same on all of them.
 * Each throws UnitNotStarted where the wait for a turn ends before the turn comes.
 */
export interface TransactionManager {
  readonly stats: TransactionStats;
  /** Does all of `work` or, if it throws, nothing of it. */
  write<Result>(work: Work<Result>, wait: Wait): Promise<Result>;
  /** Shows `work` one consistent, committed state, and refuses its writes. */
  read<Result>(work: Work<Result>, wait: Wait): Promise<Result>;
  /** The same for `work` that is a single SELECT, and refuses all else. */
  readSingle<Result>(work: Work<Result>, wait: Wait): Promise<Result>;
}

/** What there is to do, for whoever watches over the service. */
export interface TransactionStats {
  /** Units of work that wait for their turn now. */
  readonly waiting: number;
  /** Units of work that have their turn now. */
  readonly running: number;
  /** Commits since the start that made units durable; on SQLite units that wait together share one. */
  readonly commits: number;
  /** Units of work since the start that shared their commit with others. */
  readonly batched: number;
  /** Attempts since the start that lost to other transactions and were made again. */
  readonly retries: number;
  /** Units of work since the start that wrote nothing in the end, since they were refused or failed. */
  readonly rolledBack: number;
  /** Size of the write-ahead log's file, on SQLite. */
  readonly walBytes?: number;
  /** The connections that units of work are given, by what they are for. */
  readonly connections: Readonly<Record<string, PoolStats>>;
}

export interface PoolStats {
  /** Connections at most. */
  readonly size: number;
  readonly inUse: number;
  /** Units of work that wait for one of them. */
  readonly waiting: number;
}
