import sqlite3 from 'sqlite3';
import type { DataSource } from 'typeorm';
import { refuseDates } from '../columns/date-parameters.js';
import { isWorthPreparing, preparedStatements } from '../queries/prepared-statements.js';
import { type StatementCallback, StatementTimer } from './statement-timer.js';

/**
 * A connection with a cache of prepared statements. sqlite3 re-prepares every statement in an extra worker-thread round
 * trip, which costs as much as most statements. After a schema change, SQLite re-prepares cached statements by itself.
 */
class PreparingDatabase extends sqlite3.Database {
  private readonly prepared = preparedStatements<sqlite3.Statement>((statement) => statement.finalize());
  private timer?: StatementTimer;

  /** Interrupts queries that exceed `timeoutMs`, if it is set. For read-only connections. */
  limitStatements(timeoutMs: number | undefined): void {
    this.timer = new StatementTimer(timeoutMs, () => this.interrupt());
  }

  /** Interrupts the running query. For connections with `limitStatements`. */
  interruptStatement(): void {
    this.timer?.interruptRunning();
  }

  override run(sql: string, ...rest: unknown[]): this {
    refuseDates(rest[0]);
    // With run(), a statement with RETURNING would stay open after its first row and block COMMIT.
    if (/\sRETURNING\s/.test(sql)) return this.all(sql, ...rest);
    return isWorthPreparing(sql) ? this.perform('run', sql, rest) : super.run(sql, ...rest);
  }

  override all(sql: string, ...rest: unknown[]): this {
    refuseDates(rest[0]);
    if (this.timer) rest.push(this.timer.during(rest.pop() as StatementCallback));
    return isWorthPreparing(sql) ? this.perform('all', sql, rest) : super.all(sql, ...rest);
  }

  /** Finalizes the cached statements first: SQLite closes no connection with open statements. */
  override close(callback?: (error: Error | null) => void): void {
    this.timer?.stop();
    this.prepared.clear();
    super.close(callback);
  }

  private perform(method: 'run' | 'all', sql: string, rest: unknown[]): this {
    const prepared = this.prepared.get(sql);
    if (prepared) {
      prepared[method](...rest);
      return this;
    }
    const callback = rest.pop() as StatementCallback;
    // A failure to prepare is reported by an event, and the statement is not run then.
    const statement = this.prepare(sql).once('error', callback);
    // If the same SQL was prepared twice concurrently, the later statement replaces the earlier one.
    const keep = (): void => void this.prepared.set(sql, statement);
    statement[method](...rest, function (this: sqlite3.Statement, ...result: Parameters<StatementCallback>) {
      keep();
      callback.apply(this, result);
    });
    return this;
  }
}

/**
 * The sqlite3 package for TypeORM. TypeORM always enables verbose stack traces, which cost a quarter of the CPU; here
 * `verbose` has no effect.
 */
export const driver = { ...sqlite3, Database: PreparingDatabase, verbose: () => driver };

/**
 * Returns the driver's connection of a SQLite DataSource.
 * @private-api of typeorm: SqliteDriver.databaseConnection
 */
export function connectionOf(source: DataSource): PreparingDatabase {
  return (source.driver as unknown as { databaseConnection: PreparingDatabase }).databaseConnection;
}
