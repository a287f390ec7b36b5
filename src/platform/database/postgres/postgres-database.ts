import { Client } from 'pg';
import type { DataSource, DataSourceOptions } from 'typeorm';
import { ServiceUnavailable } from '../../../kernel/domain-error.js';
import { Database } from '../engine/database.js';
import { executedMigrations, executedMigrationsSql, pendingMigrations } from '../engine/schema-version.js';
import type { RunnerFactory, TransactionManager } from '../engine/transaction-manager.js';
import { UnusableDatabase } from '../engine/unusable-database.js';
import type { PreparingPool } from './driver.js';
import { serverInquiryAt } from './server-inquiry.js';
import { PostgresProbe } from './postgres-probe.js';
import { PostgresTransactions } from './postgres-transactions.js';
import { ReplicatedTransactions } from './replicated-transactions.js';
import { describeMissing, type Privileges, privilegesSql } from './privileges.js';
import { type PostgresOptions, statementTimeoutOf } from './session-settings.js';
import { Replica } from './replica.js';

/** The key of the advisory lock that serializes the migrations of several instances. */
const migrationLockKey = 1_764_000_000;

/** A PostgreSQL database: a connection pool to the primary and, if configured, another one to a read replica. */
export class PostgresDatabase extends Database {
  private readonly probe: PostgresProbe;
  private primary?: PostgresTransactions;

  private constructor(
    private readonly dataSource: DataSource,
    private readonly replica?: Replica,
  ) {
    super();
    this.probe = new PostgresProbe((dataSource.options as PostgresOptions).url);
  }

  /** Runs pending migrations; of several instances that start concurrently, one runs them and the others wait. */
  static async open(dataSource: DataSource, replica?: DataSourceOptions): Promise<Database> {
    await assertUtf8(dataSource);
    await assertPrivileges(dataSource);
    // The lock takes another connection, which most starts can do without.
    if (pendingMigrations(dataSource, await executedMigrations(dataSource)).length > 0) {
      await withMigrationLock(dataSource.options, () => dataSource.runMigrations({ transaction: 'each' }));
    }
    return this.openMigrated(dataSource, replica);
  }

  static async openMigrated(dataSource: DataSource, replica?: DataSourceOptions): Promise<Database> {
    return new PostgresDatabase(dataSource, replica && (await Replica.open(dataSource.options, replica)));
  }

  transactions(createRunner: RunnerFactory): TransactionManager {
    const primary = transactionsOn(this.dataSource, createRunner);
    this.primary = primary;
    if (!this.replica) return primary;
    return new ReplicatedTransactions(primary, transactionsOn(this.replica.dataSource, createRunner), this.replica);
  }

  async pendingMigrations(): Promise<string[]> {
    return pendingMigrations(this.dataSource, await this.probe.query<{ name: string }>(executedMigrationsSql));
  }

  async lookUp<Row extends object>(sql: string): Promise<Row[]> {
    return this.probe.query<Row>(sql).catch((error: unknown) => {
      throw new ServiceUnavailable(error);
    });
  }

  async assertWritable(): Promise<void> {
    const corruption = this.primary?.corruption;
    if (corruption) throw corruption;
    const [rights] = await this.probe.query<Privileges>(privilegesSql, [tablesOf(this.dataSource)]);
    refuseMissing(rights!);
  }

  async onApplicationShutdown(): Promise<void> {
    this.probe.close();
    await this.replica?.close();
    await this.dataSource.destroy();
  }
}

function transactionsOn(dataSource: DataSource, runnerOf: RunnerFactory): PostgresTransactions {
  const { url, poolSize } = dataSource.options as PostgresOptions;
  return new PostgresTransactions(() => runnerOf(dataSource), poolSize, {
    server: serverInquiryAt(url),
    /** The pool, with and without replicas. @private-api of typeorm: PostgresDriver.master */
    pool: () => (dataSource.driver as unknown as { master: PreparingPool }).master,
    statementTimeoutMs: statementTimeoutOf(dataSource.options),
  });
}

async function assertUtf8(dataSource: DataSource): Promise<void> {
  const [found] = await dataSource.query<{ server_encoding: string }[]>('SHOW server_encoding');
  if (found?.server_encoding === 'UTF8') return;
  throw new Error(
    `The PostgreSQL database has the encoding ${found?.server_encoding}, which can't store every title. ` +
      `Create one with ENCODING 'UTF8' and name it in DATABASE_URL.`,
  );
}

async function assertPrivileges(dataSource: DataSource): Promise<void> {
  const [rights] = await dataSource.query<Privileges[]>(privilegesSql, [tablesOf(dataSource)]);
  refuseMissing(rights!);
}

function refuseMissing(rights: Privileges): void {
  const missing = describeMissing(rights);
  if (missing) throw new UnusableDatabase(missing);
}

const tablesOf = ({ entityMetadatas }: DataSource): string[] => [
  'migrations',
  ...entityMetadatas.map(({ tableName }) => tableName),
];

async function withMigrationLock(options: DataSourceOptions, work: () => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: (options as PostgresOptions).url });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [migrationLockKey]);
    await work();
  } finally {
    await client.end();
  }
}
