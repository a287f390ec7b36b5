import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { UnusableDatabase } from '../engine/unusable-database.js';
import { AbortableClient } from './abortable-client.js';
import { statementTimeoutOf } from './session-settings.js';

/** Milliseconds in which a server that is there answers. */
const answerTimeoutMs = 750;
/** Milliseconds that a read waits for a standby to catch up; beyond that the primary is kinder. */
const catchUpTimeoutMs = 300;
/** Milliseconds between asking a standby that is behind how far it is. */
const pollMs = 2;
/** Milliseconds until a standby that was lost is looked for again. */
const reconnectDelayMs = 1_000;

/** Milliseconds beyond the server's own limit for a statement after which it is not waited for. */
const queryMarginMs = 2_000;

type PostgresOptions = DataSourceOptions & { readonly url: string };

/** One connection to each of the two servers, for nothing but to ask them how far they are. */
interface MonitorClients {
  readonly primary: AbortableClient;
  readonly replica: AbortableClient;
}

/**
 * A standby of the primary server, for reading. It replays what was committed on the primary a moment later, so
 * whoever reads from it asks first whether it has caught up, and goes to the primary where it hasn't; see
 * docs/decisions/0012. It may come and go: that is logged, and does no harm.
 */
export class Replica {
  /** Connects to the standby when it is first there. */
  readonly dataSource: DataSource;
  private readonly logger = new Logger(Replica.name);
  private monitor?: MonitorClients;
  private retry?: NodeJS.Timeout;
  private isBehind = false;
  private isClosed = false;
  private lastRound = Promise.resolve(false);
  private nextRound?: Promise<boolean>;

  private constructor(
    private readonly primaryUrl: string,
    private readonly options: PostgresOptions,
  ) {
    // TypeORM asks questions of its own when it connects, for which there is no other limit.
    const extra = { ...(options.extra as object), query_timeout: statementTimeoutOf(options) + queryMarginMs };
    this.dataSource = new DataSource({ ...options, extra });
  }

  /**
   * @returns also where the standby is away now
   * @throws UnusableDatabase where it is there, and no standby of the primary
   */
  static async open(primary: DataSourceOptions, standby: DataSourceOptions): Promise<Replica> {
    const opened = new Replica((primary as PostgresOptions).url, standby as PostgresOptions);
    try {
      await opened.connect();
    } catch (error) {
      if (error instanceof UnusableDatabase) throw error;
      opened.markLost(error);
    }
    return opened;
  }

  /**
   * Whether the standby shows everything that was committed on the primary, by whomever, before this was called.
   * All that ask meanwhile wait for the next round together, since the one under way may have asked the primary
   * before what they want to see was committed.
   */
  hasCaughtUp(): Promise<boolean> {
    this.nextRound ??= this.lastRound = this.lastRound.then(() => {
      this.nextRound = undefined;
      return this.compare();
    });
    return this.nextRound;
  }

  /** Reads nothing from the standby until it has proved, in a new connection, to be there. */
  markLost(cause: unknown): void {
    if (this.isClosed || this.retry) return;
    const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
    this.logger.warn(`The replica isn't read from until it and the primary answer again: ${reason}.`);
    this.endMonitor();
    this.scheduleConnecting();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.retry);
    this.endMonitor();
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  private async compare(): Promise<boolean> {
    const { monitor } = this;
    if (!monitor) return false;
    try {
      const committed = await ask<string>(monitor.primary, 'SELECT pg_current_wal_flush_lsn()');
      const deadline = performance.now() + (this.isBehind ? 0 : catchUpTimeoutMs);
      while (!(await hasReplayed(monitor.replica, committed))) {
        if (performance.now() >= deadline) return this.recordLag(true);
        await pause(pollMs);
      }
      return this.recordLag(false);
    } catch (error) {
      this.markLost(error);
      return false;
    }
  }

  /** One that stays behind is waited for once, and then only asked. */
  private recordLag(isBehind: boolean): boolean {
    if (isBehind && !this.isBehind) {
      this.logger.warn(
        `The replica is more than ${catchUpTimeoutMs} ms behind. The primary is read from until it caught up.`,
      );
    }
    if (!isBehind && this.isBehind) this.logger.log('The replica has caught up, and is read from again.');
    this.isBehind = isBehind;
    return !isBehind;
  }

  private async connect(): Promise<void> {
    const watch = { primary: this.client(this.primaryUrl), replica: this.client(this.options.url) };
    try {
      await Promise.all([watch.primary.connect(), watch.replica.connect()]);
      await assertReplica(watch, this.options.url);
      if (!this.dataSource.isInitialized) await this.dataSource.initialize();
    } catch (error) {
      end(watch);
      throw error;
    }
    if (this.isClosed) end(watch);
    else this.monitor = watch;
  }

  private client(connectionString: string): AbortableClient {
    const client = new AbortableClient({
      connectionString,
      application_name: 'movie-rental replica watch',
      connectionTimeoutMillis: answerTimeoutMs,
      query_timeout: answerTimeoutMs,
    });
    return client.on('error', (error) => this.markLost(error));
  }

  private scheduleConnecting(): void {
    this.retry = setTimeout(() => {
      this.connect().then(
        () => {
          this.retry = undefined;
          this.logger.log('The replica is there, and is read from again.');
        },
        () => this.isClosed || this.scheduleConnecting(),
      );
    }, reconnectDelayMs);
  }

  private endMonitor(): void {
    if (this.monitor) end(this.monitor);
    this.monitor = undefined;
  }
}

function end({ primary, replica }: MonitorClients): void {
  for (const client of [primary, replica]) client.abort();
}

async function ask<Value>(client: AbortableClient, sql: string, values: unknown[] = []): Promise<Value> {
  const { rows } = await client.query<[Value]>({ text: sql, values, rowMode: 'array' });
  return rows[0]![0];
}

/** One that was promoted goes ways of its own, and has replayed nothing any more. */
function hasReplayed(standby: AbortableClient, position: string): Promise<boolean> {
  return ask(standby, 'SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= $1::pg_lsn', [position]);
}

async function assertReplica({ primary, replica }: MonitorClients, url: string): Promise<void> {
  const identity = `SELECT system_identifier || ' ' || current_database() FROM pg_control_system()`;
  const isCopy = (await ask<string>(primary, identity)) === (await ask<string>(replica, identity));
  if (isCopy && (await ask<boolean>(replica, 'SELECT pg_is_in_recovery()'))) return;
  const { host, pathname } = new URL(url);
  throw new UnusableDatabase(
    `DATABASE_REPLICA_URL names a database (${host}${pathname}) that is no streaming replica of the one in DATABASE_URL. ` +
      'Let it name the same database on a hot standby of the same server, or leave it empty to read from the primary.',
  );
}
