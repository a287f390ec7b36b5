import { setInterval } from 'node:timers';
import { Logger } from '@nestjs/common';
import { removeItem } from '../../../kernel/lists.js';
import { ServiceUnavailable } from '../../../kernel/domain-error.js';
import type { PreparingClient, PreparingPool } from './driver.js';

/** Interval between two probes of the waiting units. */
const probeIntervalMs = 500;
/** How long after the statement timeout a connection without any answer is closed. */
const marginMs = 2_000;
/** Minimum interval between two log lines. */
const logIntervalMs = 60_000;

/** Queries of the watchdog to the server, on separate connections. */
export interface ServerInquiry {
  /**
   * Returns the backends that are executing a statement; undefined if the server is available but gives no answer.
   * Must settle by its own timeout.
   * @throws if the server is unavailable
   */
  workingBackends(backends: readonly string[]): Promise<ReadonlySet<string> | undefined>;
  /** Terminates backends, which would otherwise hold their locks until they time out. */
  terminate(backends: readonly string[]): Promise<void>;
}

/** A unit of work under supervision. */
export interface WatchedUnit {
  /** Undefined while the unit waits for a connection, which has its own timeout. */
  readonly connection: PreparingClient | undefined;
  /** Ends the unit. */
  abandon(cause: unknown): void;
}

/** Tracks how long a unit has been waiting for an answer. */
class UnitWatch {
  /** Consecutive probes without a received chunk. */
  quietProbes = -1;
  /** Consecutive probes in which the server also reported the backend as idle. */
  private idleProbes = 0;
  private received = 0;

  constructor(readonly unit: WatchedUnit) {}

  probe(): void {
    const { connection } = this.unit;
    if (!connection || (connection.isAwaitingAnswer && connection.received === this.received)) this.quietProbes++;
    else {
      this.quietProbes = 0;
      this.idleProbes = 0;
      this.received = connection.received;
    }
  }

  /** Whether the connection is dead. One idle probe proves nothing: the answer may be in transit. */
  isDead(working: ReadonlySet<string> | undefined, maxQuietProbes: number): boolean {
    const { connection } = this.unit;
    if (!connection?.isAwaitingAnswer || connection.received !== this.received) return false;
    if (this.quietProbes > maxQuietProbes) return true;
    if (!working || connection.backend === undefined) return false;
    this.idleProbes = working.has(connection.backend) ? 0 : this.idleProbes + 1;
    return this.idleProbes > 1;
  }
}

/**
 * Ends units of work that wait for an answer that will not come; the operating system would wait for minutes.
 *
 * While a unit gets no answer, the watchdog probes the server on a new connection:
 * 1. The server does not answer: it is frozen or unreachable. All units are ended, unless some unit completed meanwhile:
 *    then the server is only too busy for new connections.
 * 2. The server answers, and the backend of the unit is idle: the connection is dead, for example dropped by a firewall
 *    or NAT. The unit is ended, and idle connections are replaced too.
 * A busy backend is waited for.
 */
export class ServerWatchdog {
  private readonly logger = new Logger('Database');
  private readonly watches: UnitWatch[] = [];
  private interval?: NodeJS.Timeout;
  private isProbing = false;
  private nextLogAt = 0;
  /** Number of units that got a result or an error from the server. */
  private completedUnits = 0;
  private readonly maxQuietProbes: number;

  /** @param statementTimeoutMs the statement timeout of the server; 0 for none */
  constructor(
    private readonly server: ServerInquiry,
    private readonly pool: () => Pick<PreparingPool, 'abortIdle'>,
    statementTimeoutMs: number,
    private readonly onOutage: (cause: unknown) => void,
  ) {
    this.maxQuietProbes = statementTimeoutMs > 0 ? (statementTimeoutMs + marginMs) / probeIntervalMs : Infinity;
  }

  async during<Result>(unit: WatchedUnit, job: () => Promise<Result>): Promise<Result> {
    const watch = new UnitWatch(unit);
    this.watches.push(watch);
    this.interval ??= setInterval(() => void this.probe(), probeIntervalMs);
    try {
      const result = await job();
      this.completedUnits++;
      return result;
    } catch (error) {
      if (!(error instanceof ServiceUnavailable)) this.completedUnits++;
      throw error;
    } finally {
      removeItem(this.watches, watch);
      if (this.watches.length === 0) {
        clearInterval(this.interval);
        this.interval = undefined;
      }
    }
  }

  private async probe(): Promise<void> {
    if (this.isProbing) return;
    for (const watch of this.watches) watch.probe();
    const quiet = this.watches.filter(({ quietProbes }) => quietProbes > 0);
    if (quiet.length === 0) return;
    this.isProbing = true;
    try {
      await this.inquire(quiet);
    } finally {
      this.isProbing = false;
    }
  }

  private async inquire(quiet: readonly UnitWatch[]): Promise<void> {
    const before = this.completedUnits;
    let working: ReadonlySet<string> | undefined;
    try {
      working = await this.server.workingBackends(backendsOf(quiet));
    } catch (error) {
      if (this.completedUnits === before) this.endAll(error);
      return;
    }
    const dead = quiet.filter((watch) => this.watches.includes(watch) && watch.isDead(working, this.maxQuietProbes));
    if (dead.length > 0) this.replace(dead);
  }

  private endAll(cause: unknown): void {
    this.warn(`PostgreSQL does not answer (${reasonOf(cause)}). Requests get 503 until it does.`);
    this.onOutage(cause);
    for (const { unit } of this.watches) unit.abandon(cause);
  }

  private replace(dead: readonly UnitWatch[]): void {
    const idle = this.pool().abortIdle();
    this.warn(
      `Closed ${dead.length + idle} dead connections to PostgreSQL, ${idle} of them idle: the server responds on new ` +
        'connections only. Look for a firewall or NAT between them that drops idle connections.',
    );
    void this.server.terminate(backendsOf(dead));
    const cause = new Error('The connection to PostgreSQL does not respond.');
    for (const { unit } of dead) unit.abandon(cause);
  }

  private warn(message: string): void {
    if (performance.now() < this.nextLogAt) return;
    this.nextLogAt = performance.now() + logIntervalMs;
    this.logger.warn(message);
  }
}

function backendsOf(watches: readonly UnitWatch[]): string[] {
  return watches.flatMap(({ unit }) => unit.connection?.backend ?? []);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
