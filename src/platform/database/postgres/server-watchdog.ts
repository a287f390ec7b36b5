import { setInterval } from 'node:timers';
import { Logger } from '@nestjs/common';
import { ServiceUnavailable } from '../../../kernel/domain-error.js';
import type { PreparingClient } from './driver.js';

/** Milliseconds between two looks at the units that wait for the server. */
const probeIntervalMs = 500;
/** Milliseconds beyond the statement timeout after which a connection without any answer is given up. */
const marginMs = 2_000;
/** Milliseconds in which the same outage is logged once. */
const logIntervalMs = 60_000;

/** What the watchdog asks the server, on connections of its own. */
export interface ServerInquiry {
  /**
   * Returns those of the backends that work on a statement; undefined where the server is there, but does not say.
   * @throws where the server doesn't answer; it has to come to an end by itself
   */
  workingBackends(backends: readonly string[]): Promise<ReadonlySet<string> | undefined>;
  /** Ends backends, which would otherwise keep their locks until they time out. */
  terminate(backends: readonly string[]): Promise<void>;
}

interface Pool {
  /** Closes the connections that are not in use, and returns their number. */
  abortIdle(): number;
}

/** A unit of work, as the watchdog sees it. */
export interface WatchedUnit {
  /** Undefined while the unit waits for a connection, whose time is limited otherwise. */
  readonly connection: PreparingClient | undefined;
  /** Ends the unit. */
  abandon(cause: unknown): void;
}

/** How long a unit has waited for an answer. */
class UnitWatch {
  /** Looks in a row at which no piece of an answer had arrived since the one before. */
  quietProbes = -1;
  /** Looks in a row at which, besides, the server had nothing left to do for the unit. */
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

  /** Whether the connection has fallen silent. An answer may be on its way when the server says that it is done. */
  isSilent(working: ReadonlySet<string> | undefined, maxQuietProbes: number): boolean {
    const { connection } = this.unit;
    if (!connection?.isAwaitingAnswer || connection.received !== this.received) return false;
    if (this.quietProbes > maxQuietProbes) return true;
    if (!working || connection.backend === undefined) return false;
    this.idleProbes = working.has(connection.backend) ? 0 : this.idleProbes + 1;
    return this.idleProbes > 1;
  }
}

/**
 * Ends units of work that wait for an answer which will not come, since the operating system may wait for minutes.
 *
 * A busy server is waited for. As long as a unit gets no answer, the server is asked on a new connection:
 * 1. It does not answer: frozen, or behind a network that lets nothing through. All units are ended. Where some of
 *    the work came to an end meanwhile, the server is only too busy for newcomers.
 * 2. It answers, and has nothing left to do for the unit: the unit's connection has fallen silent, as behind a
 *    firewall or NAT that has forgotten it. The unit is ended, and the idle connections are replaced too.
 */
export class ServerWatchdog {
  private readonly logger = new Logger('Database');
  private readonly watches = new Set<UnitWatch>();
  private interval?: NodeJS.Timeout;
  private isProbing = false;
  private nextLogAt = 0;
  /** How often work came to an end that the server had a part in, be it a refusal. */
  private completedUnits = 0;
  private readonly maxQuietLooks: number;

  /** @param statementTimeoutMs the server's own limit for a statement; 0 for none */
  constructor(
    private readonly server: ServerInquiry,
    private readonly pool: () => Pool,
    statementTimeoutMs: number,
    private readonly onOutage: (cause: unknown) => void,
  ) {
    this.maxQuietLooks = statementTimeoutMs > 0 ? (statementTimeoutMs + marginMs) / probeIntervalMs : Infinity;
  }

  async during<Result>(unit: WatchedUnit, job: () => Promise<Result>): Promise<Result> {
    const watch = new UnitWatch(unit);
    this.watches.add(watch);
    this.interval ??= setInterval(() => void this.look(), probeIntervalMs);
    try {
      const result = await job();
      this.completedUnits++;
      return result;
    } catch (error) {
      if (!(error instanceof ServiceUnavailable)) this.completedUnits++;
      throw error;
    } finally {
      this.watches.delete(watch);
      if (this.watches.size === 0) {
        clearInterval(this.interval);
        this.interval = undefined;
      }
    }
  }

  private async look(): Promise<void> {
    if (this.isProbing) return;
    for (const watch of this.watches) watch.probe();
    const quiet = [...this.watches].filter(({ quietProbes }) => quietProbes > 0);
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
    const silent = quiet.filter((watch) => this.watches.has(watch) && watch.isSilent(working, this.maxQuietLooks));
    if (silent.length > 0) this.replace(silent);
  }

  private endAll(cause: unknown): void {
    this.warn(`PostgreSQL does not answer (${reasonOf(cause)}). Requests get 503 until it does.`);
    this.onOutage(cause);
    for (const { unit } of this.watches) unit.abandon(cause);
  }

  private replace(silent: readonly UnitWatch[]): void {
    const idle = this.pool().abortIdle();
    this.warn(
      `Closed ${silent.length + idle} connections to PostgreSQL that have fallen silent, ${idle} of them idle, and ` +
        'opens others in their place: the server has answered, and nothing arrived. Look for a firewall or NAT in ' +
        'between that forgets connections.',
    );
    void this.server.terminate(backendsOf(silent));
    const cause = new Error('The connection to PostgreSQL has fallen silent.');
    for (const { unit } of silent) unit.abandon(cause);
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
