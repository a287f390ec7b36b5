import { setTimeout as pause } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { ServiceUnavailable } from '../../kernel/domain-error.js';
import { errorCode } from '../error-code.js';
import { lease } from '../lease.js';
import type { Transactions, Work } from '../transactions.js';

/** A unit that loses to others this often finds the database too busy. */
const mostAttempts = 8;
/** Serialization failure and deadlock: the database asks to begin again. */
const lostToOthers = new Set(['40001', '40P01']);

/**
 * Each unit of work in a transaction of its own. Writes see what was committed before each of their statements, so
 * they first lock what they judge (see lock.ts) and read it then; reads see one snapshot throughout.
 */
export class PostgresTransactions implements Transactions {
  constructor(private readonly newRunner: () => QueryRunner) {}

  async write<Result>(work: Work<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt('BEGIN ISOLATION LEVEL READ COMMITTED', work);
      } catch (error) {
        if (!lostToOthers.has(errorCode(error) ?? '')) throw error;
        if (attempt === mostAttempts) throw new ServiceUnavailable(error);
      }
      await pause(Math.random() * 2 ** attempt);
    }
  }

  read<Result>(work: Work<Result>): Promise<Result> {
    return this.attempt('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', work);
  }

  private async attempt<Result>(begin: string, work: Work<Result>): Promise<Result> {
    const runner = this.newRunner();
    try {
      await runner.query(begin);
      const result = await lease(runner, work);
      await runner.query('COMMIT');
      return result;
    } catch (error) {
      // A lost connection has rolled back by itself, and is what `error` tells.
      await runner.query('ROLLBACK').catch(() => undefined);
      throw isUnavailable(error) ? new ServiceUnavailable(error) : error;
    } finally {
      await runner.release();
    }
  }
}

/** Connection failures (08), lack of resources (53), shutdown and timeouts (57), and waiting too long for a lock. */
function isUnavailable(error: unknown): boolean {
  const code = errorCode(error);
  if (code !== undefined) return /^(08|53|57)|^55P03$|^25006$|^E[A-Z]+$/.test(code);
  return error instanceof Error && /^Connection terminated|timeout exceeded when trying to connect/.test(error.message);
}
