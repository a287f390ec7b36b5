import type { DataSource, EntityManager, QueryRunner } from 'typeorm';

export type Work<Result> = (manager: EntityManager) => Promise<Result>;
export type RunnerOf = (dataSource: DataSource) => QueryRunner;

/** How one database engine runs units of work. What a unit may count on is the same on all of them. */
export interface Transactions {
  /** Does all of `work` or, if it throws, nothing of it. */
  write<Result>(work: Work<Result>): Promise<Result>;
  /** Shows `work` one consistent, committed state, and refuses its writes. */
  read<Result>(work: Work<Result>): Promise<Result>;
}
