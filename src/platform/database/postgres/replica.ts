import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { UnusableDatabase } from '../engine/unusable-database.js';
import { AbortableClient } from './abortable-client.js';
import { type PostgresOptions, statementTimeoutOf } from './session-settings.js';

/** Timeout of connecting to a server and of asking it for its WAL position. */
const answerTimeoutMs = 750;
/** How long a read waits for the replica to catch up before it goes to the primary. */
const catchUpTimeoutMs = 300;
/** Polling interval of the position of a lagging replica. */
const pollMs = 2;
/** Delay before reconnecting to a lost replica. */
const reconnectDelayMs = 1_000;

/** How much longer than the statement timeout of the server the client waits for a result. */
const queryMarginMs = 2_000;

/** One connection per server, used only to compare their WAL positions. */
interface MonitorClients {
  readonly primary: AbortableClient;
  readonly replica: AbortableClient;
}

/**
 * A read replica (hot standby) of the primary. It replays commits with a delay, so each read first checks whether the
 * replica has caught up, and otherwise goes to the primary; see docs/decisions/0012. The loss and the return of the
 * replica are logged.
 */
export class Replica {
  /** Initialized when the replica is first available. */
  readonly dataSource: DataSource;
  private readonly logger = new Logger('Replica');
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
    // TypeORM runs queries of its own when it connects, which have no other timeout.
    const extra = { ...(options.extra as object), query_timeout: statementTimeoutOf(options) + queryMarginMs };
    this.dataSource = new DataSource({ ...options, extra });
  }

  /**
   * Opens the replica, also if it is unavailable now.
   * @throws UnusableDatabase if the server is not a replica of the primary
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
   * Whether the replica shows everything that was committed on the primary before the call. Concurrent calls share the
   * next comparison; the running one may have read the position of the primary before the commits they must see.
   */
  hasCaughtUp(): Promise<boolean> {
    this.nextRound ??= this.lastRound = this.lastRound.then(() => {
      this.nextRound = undefined;
      return this.compare();
    });
    return this.nextRound;
  }

  /** Stops reading from the replica until a new connection succeeds. */
  markLost(cause: unknown): void {
    if (this.isClosed || this.retry) return;
    const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
    this.logger.warn(`Reading from the primary until the replica and the primary answer again: ${reason}.`);
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
      const committed = await queryValue<string>(monitor.primary, 'SELECT pg_current_wal_flush_lsn()');
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

  /** Records whether the replica lags. Only the first read waits for a lagging replica; later reads just check. */
  private recordLag(isBehind: boolean): boolean {
    if (isBehind && !this.isBehind) {
      this.logger.warn(
        `The replica is more than ${catchUpTimeoutMs} ms behind. Reading from the primary until it has caught up.`,
      );
    }
    if (!isBehind && this.isBehind) this.logger.log('The replica has caught up. Reading from it again.');
    this.isBehind = isBehind;
    return !isBehind;
  }

  private async connect(): Promise<void> {
    const clients = { primary: this.client(this.primaryUrl), replica: this.client(this.options.url) };
    try {
      await Promise.all([clients.primary.connect(), clients.replica.connect()]);
      await assertReplica(clients, this.options.url);
      if (!this.dataSource.isInitialized) await this.dataSource.initialize();
    } catch (error) {
      end(clients);
      throw error;
    }
    if (this.isClosed) end(clients);
    else this.monitor = clients;
  }

  private client(connectionString: string): AbortableClient {
    const client = new AbortableClient({
      connectionString,
      application_name: 'movie-rental replica monitor',
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
          this.logger.log('The replica is available. Reading from it again.');
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

async function queryValue<Value>(client: AbortableClient, sql: string, values: unknown[] = []): Promise<Value> {
  const { rows } = await client.query<[Value]>({ text: sql, values, rowMode: 'array' });
  return rows[0]![0];
}

/** Whether the replica has replayed a WAL position. A promoted replica never has: its timeline has diverged. */
function hasReplayed(replica: AbortableClient, position: string): Promise<boolean> {
  return queryValue(replica, 'SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= $1::pg_lsn', [position]);
}

async function assertReplica({ primary, replica }: MonitorClients, url: string): Promise<void> {
  const identity = `SELECT system_identifier || ' ' || current_database() FROM pg_control_system()`;
  const isCopy = (await queryValue<string>(primary, identity)) === (await queryValue<string>(replica, identity));
  if (isCopy && (await queryValue<boolean>(replica, 'SELECT pg_is_in_recovery()'))) return;
  const { host, pathname } = new URL(url);
  throw new UnusableDatabase(
    `DATABASE_REPLICA_URL names a database (${host}${pathname}) that is not a streaming replica of the one in DATABASE_URL. ` +
      'Set it to the same database on a hot standby of the same server, or leave it empty to read from the primary.',
  );
}
