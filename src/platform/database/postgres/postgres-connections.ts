import { Client } from 'pg';
import type { DataSource, DataSourceOptions } from 'typeorm';
import { Connections } from '../engine/connections.js';
import { executedMigrationsSql, pendingMigrations } from '../engine/schema-version.js';
import type { RunnerOf, Transactions } from '../engine/transaction-manager.js';
import { UnusableDatabase } from '../engine/unusable-database.js';
import type { PreparingPool } from './driver.js';
import { inquiryAt } from './inquiry.js';
import { PostgresProbe } from './postgres-probe.js';
import { PostgresTransactions } from './postgres-transactions.js';
import { ReplicatedTransactions } from './replicated-transactions.js';
import { describeMissing, type Rights, rightsSql } from './rights.js';
import { statementTimeoutOf } from './session-settings.js';
import { Standby } from './replica.js';

/** Names, among the advisory locks of a database, the one under which instances take turns to migrate. */
const migrationLock = 1_764_000_000;

type PostgresOptions = DataSourceOptions & { readonly url: string; readonly poolSize: number };

/** A pool of connections, each of which reads and writes, and where there is a replica another to read from. */
export class PostgresConnections extends Connections {
  private readonly probe: PostgresProbe;
  private primary?: PostgresTransactions;

  private constructor(
    private readonly dataSource: DataSource,
    private readonly standby?: Standby,
  ) {
    super();
    this.probe = new PostgresProbe((dataSource.options as PostgresOptions).url);
  }

  /** Brings the schema up to date; of several instances that start at once, one does it while the others wait. */
  static async open(dataSource: DataSource, replica?: DataSourceOptions): Promise<Connections> {
    await assertUtf8(dataSource);
    await assertRights(dataSource);
    await oneAtATime(dataSource.options, () => dataSource.runMigrations({ transaction: 'each' }));
    return this.openMigrated(dataSource, replica);
  }

  static async openMigrated(dataSource: DataSource, replica?: DataSourceOptions): Promise<Connections> {
    return new PostgresConnections(dataSource, replica && (await Standby.open(dataSource.options, replica)));
  }

  transactions(runnerOf: RunnerOf): Transactions {
    const primary = transactionsOn(this.dataSource, runnerOf);
    this.primary = primary;
    if (!this.standby) return primary;
    return new ReplicatedTransactions(primary, transactionsOn(this.standby.dataSource, runnerOf), this.standby);
  }

  async pendingMigrations(): Promise<string[]> {
    return pendingMigrations(this.dataSource, await this.probe.query<{ name: string }>(executedMigrationsSql));
  }

  async assertWritable(): Promise<void> {
    const damage = this.primary?.damage;
    if (damage) throw damage;
    const [rights] = await this.probe.query<Rights>(rightsSql, [tablesOf(this.dataSource)]);
    refuseMissing(rights!);
  }

  async onApplicationShutdown(): Promise<void> {
    this.probe.close();
    await this.standby?.close();
    await this.dataSource.destroy();
  }
}

function transactionsOn(dataSource: DataSource, runnerOf: RunnerOf): PostgresTransactions {
  const { url, poolSize } = dataSource.options as PostgresOptions;
  return new PostgresTransactions(() => runnerOf(dataSource), poolSize, {
    inquiry: inquiryAt(url),
    // TypeORM names it as in a setup with replicas of its own.
    pool: () => (dataSource.driver as unknown as { master: PreparingPool }).master,
    statementTimeoutMs: statementTimeoutOf(dataSource.options),
  });
}

async function assertUtf8(dataSource: DataSource): Promise<void> {
  const [found] = await dataSource.query<{ server_encoding: string }[]>('SHOW server_encoding');
  if (found?.server_encoding === 'UTF8') return;
  throw new Error(
    `The PostgreSQL database keeps its text as ${found?.server_encoding}, which can't hold every title. ` +
      `Create one with ENCODING 'UTF8' and name it in DATABASE_URL.`,
  );
}

async function assertRights(dataSource: DataSource): Promise<void> {
  const [rights] = await dataSource.query<Rights[]>(rightsSql, [tablesOf(dataSource)]);
  refuseMissing(rights!);
}

function refuseMissing(rights: Rights): void {
  const missing = describeMissing(rights);
  if (missing) throw new UnusableDatabase(missing);
}

const tablesOf = ({ entityMetadatas }: DataSource): string[] => [
  'migrations',
  ...entityMetadatas.map(({ tableName }) => tableName),
];

async function oneAtATime(options: DataSourceOptions, work: () => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: (options as PostgresOptions).url });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    await work();
  } finally {
    await client.end();
  }
}
