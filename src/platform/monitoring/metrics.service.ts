import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { TransactionStats, PoolStats } from '../database/engine/transaction-manager.js';
import type { Caller } from '../../kernel/command.js';
import { UnitOfWork } from '../database/unit-of-work.js';

/** Timeout of database-backed metrics. */
const databaseMetricsTimeoutMs = 1_000;

/** The values of the label `method`. Node's HTTP parser accepts 28 others, which would inflate the cardinality. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The Prometheus metrics of this instance, counted from its start. */
@Injectable()
export class MetricsService {
  private readonly registry = new Registry();
  private readonly registers = [this.registry];
  private readonly requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Duration of requests, from arrival until the response was sent. Status 499: the client disconnected before.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: this.registers,
  });

  constructor(private readonly unitOfWork: UnitOfWork) {
    collectDefaultMetrics({ register: this.registry });
    this.gauge('units_of_work_waiting', 'Queued units of work.', ({ waiting }) => waiting);
    this.gauge('units_of_work_running', 'Running units of work.', ({ running }) => running);
    this.counter('commits_total', 'Commits that made units of work durable.', ({ commits }) => commits);
    this.counter(
      'units_of_work_batched_total',
      'Units of work committed together with others (group commit, SQLite).',
      ({ batched }) => batched,
    );
    this.counter(
      'units_of_work_retried_total',
      'Units of work retried after a conflict with a concurrent transaction (PostgreSQL).',
      ({ retries }) => retries,
    );
    this.counter(
      'units_of_work_rolled_back_total',
      'Units of work that were rolled back: rejected, replayed or failed.',
      ({ rolledBack }) => rolledBack,
    );
    this.counterOfNotStarted();
    this.poolGauge('database_connections_max', 'Maximum number of connections.', ({ size }) => size);
    this.poolGauge('database_connections_in_use', 'Connections in use by units of work.', ({ inUse }) => inUse);
    this.poolGauge('database_connections_waiting', 'Units of work waiting for a connection.', ({ waiting }) => waiting);
    this.gaugeOfWalBytes();
  }

  record({ method, route, status, seconds }: { method: string; route: string; status: number; seconds: number }): void {
    this.requests.observe({ method: methods.has(method) ? method : 'other', route, status }, seconds);
  }

  /** Adds metrics of buffered bytes, and of connections closed because their clients did not read. */
  observeBackpressure(backpressure: { measure(): number; readonly closed: Readonly<Record<string, number>> }): void {
    const buffered: Gauge = new Gauge({
      name: 'http_buffered_bytes',
      help: 'Buffered bytes of unsent responses and unparsed requests, on all connections.',
      registers: this.registers,
      collect: (): void => buffered.set(backpressure.measure()),
    });
    const closed: Counter = new Counter({
      name: 'http_unread_connections_closed_total',
      help: 'Connections closed because their clients did not read the responses.',
      labelNames: ['reason'],
      registers: this.registers,
      collect: (): void => {
        closed.reset();
        for (const [reason, count] of Object.entries(backpressure.closed)) closed.inc({ reason }, count);
      },
    });
  }

  /** @param valueOf returns the lines dropped since the start */
  countDroppedLogLines(valueOf: () => number): void {
    this.counter('log_lines_dropped_total', 'Log lines that could not be written in time.', valueOf);
  }

  /**
   * Adds a database-backed gauge. Concurrent scrapes share one query. On a timeout the gauge is omitted, because a stale
   * value would look current.
   */
  gaugeFromDatabase(name: string, help: string, count: (caller: Caller) => Promise<number>): void {
    let running: Promise<number | undefined> | undefined;
    const collect = async (): Promise<void> => {
      gauge.remove();
      running ??= count({ signal: AbortSignal.timeout(databaseMetricsTimeoutMs) })
        .catch(() => undefined)
        .finally(() => (running = undefined));
      const value = await Promise.race([running, pause(databaseMetricsTimeoutMs, undefined, { ref: false })]);
      if (value !== undefined) gauge.set(value);
    };
    const gauge = new Gauge({ name: own(name), help, registers: this.registers, collect });
  }

  /** Returns all metrics in the Prometheus text format, also while the database is unavailable. */
  read(): Promise<string> {
    return this.registry.metrics();
  }

  private gauge(name: string, help: string, valueOf: (activity: TransactionStats) => number): void {
    const collect = (): void => gauge.set(valueOf(this.unitOfWork.stats));
    const gauge = new Gauge({ name: own(name), help, registers: this.registers, collect });
  }

  private counter(name: string, help: string, valueOf: (activity: TransactionStats) => number): void {
    const collect = (): void => {
      counter.reset();
      counter.inc(valueOf(this.unitOfWork.stats));
    };
    const counter = new Counter({ name: own(name), help, registers: this.registers, collect });
  }

  private counterOfNotStarted(): void {
    const collect = (): void => {
      counter.reset();
      for (const [queue, reasons] of Object.entries(this.unitOfWork.notStarted)) {
        for (const [reason, count] of Object.entries(reasons)) counter.inc({ queue, reason }, count);
      }
    };
    const counter = new Counter({
      name: own('units_of_work_not_started_total'),
      help: 'Units of work rejected or abandoned before they started, by queue and reason.',
      labelNames: ['queue', 'reason'],
      registers: this.registers,
      collect,
    });
  }

  private poolGauge(name: string, help: string, valueOf: (pool: PoolStats) => number): void {
    const collect = (): void => {
      for (const [pool, activity] of Object.entries(this.unitOfWork.stats.connections)) {
        gauge.set({ pool }, valueOf(activity));
      }
    };
    const gauge = new Gauge({ name: own(name), help, labelNames: ['pool'], registers: this.registers, collect });
  }

  private gaugeOfWalBytes(): void {
    if (this.unitOfWork.stats.walBytes === undefined) return;
    this.gauge('wal_bytes', "Size of SQLite's write-ahead log.", ({ walBytes = 0 }) => walBytes);
  }
}

const own = (name: string): string => `movie_rental_${name}`;
