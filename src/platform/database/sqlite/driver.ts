import sqlite3 from 'sqlite3';
import type { DataSource } from 'typeorm';
import { refuseDates } from '../columns/date-parameters.js';
import { isWorthPreparing, preparedStatements } from '../queries/prepared-statements.js';
import { type StatementCallback, StatementTimer } from './statement-timer.js';

/**
 * A connection that keeps its statements prepared. sqlite3 prepares each anew, on a way of its own to SQLite's thread
 * and back, which costs as much as most statements do. Where the schema has changed, SQLite prepares them again.
 */
class PreparingDatabase extends sqlite3.Database {
  private readonly prepared = preparedStatements<sqlite3.Statement>((statement) => statement.finalize());
  private timer?: StatementTimer;

  /** Interrupts queries that run longer than `timeoutMs`, where it is given. For connections that only read. */
  limitStatements(timeoutMs: number | undefined): void {
    this.timer = new StatementTimer(timeoutMs, () => this.interrupt());
  }

  /** Interrupts the query that runs now, on a connection whose queries are limited. */
  interruptStatement(): void {
    this.timer?.interruptRunning();
  }

  override run(sql: string, ...rest: unknown[]): this {
    refuseDates(rest[0]);
    // One with RETURNING would stay open after its first row, and keep its transaction from committing.
    if (/\sRETURNING\s/.test(sql)) return this.all(sql, ...rest);
    return isWorthPreparing(sql) ? this.perform('run', sql, rest) : super.run(sql, ...rest);
  }

  override all(sql: string, ...rest: unknown[]): this {
    refuseDates(rest[0]);
    if (this.timer) rest.push(this.timer.during(rest.pop() as StatementCallback));
    return isWorthPreparing(sql) ? this.perform('all', sql, rest) : super.all(sql, ...rest);
  }

  /** SQLite closes nothing that still has statements. */
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
    // Only that it can't be prepared is told by an event, and then it is never performed.
    const statement = this.prepare(sql).once('error', callback);
    // Where two were prepared at the same time, the later takes the place of the other.
    const keep = (): void => void this.prepared.set(sql, statement);
    statement[method](...rest, function (this: sqlite3.Statement, ...result: Parameters<StatementCallback>) {
      keep();
      callback.apply(this, result);
    });
    return this;
  }
}

/**
 * The sqlite3 package as TypeORM is given it. TypeORM always asks for verbose stack traces, which cost a quarter of
 * the CPU; this one declines.
 */
export const driver = { ...sqlite3, Database: PreparingDatabase, verbose: () => driver };

/** The connection below a SQLite DataSource that was made with `driver`. */
export function connectionOf(source: DataSource): PreparingDatabase {
  return (source.driver as unknown as { databaseConnection: PreparingDatabase }).databaseConnection;
}
