import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel/clock.js';
import type { Command } from '../../kernel/command.js';
import { LostRace, ServiceUnavailable, StaleLock } from '../../kernel/domain-error.js';
import type { PageRequest } from '../../kernel/page.js';
import { Contention } from './contention.js';
import { Database } from './engine/database.js';
import { IdempotentTransactions } from './idempotency/idempotent-transactions.js';
import { installationSecret } from './installation/installation-secret.js';
import { isLockTimeout } from './queries/row-lock.js';
import { NeedsTransaction } from './engine/needs-transaction.js';
import type { TransactionStats, TransactionManager } from './engine/transaction-manager.js';
import { unlimited, type Wait, type WaitLimits, WaitQueue } from './engine/wait-queue.js';

/** The repositories, or other classes that take a manager, that a unit of work uses, by name. */
type RepositoryClasses = Readonly<Record<string, new (manager: EntityManager) => object>>;
type Repositories<P extends RepositoryClasses> = { readonly [Name in keyof P]: InstanceType<P[Name]> };
type Work<P extends RepositoryClasses, Result> = (repositories: Repositories<P>) => Promise<Result>;

/** The queues of units of work. */
export interface WaitQueues {
  readonly writers: WaitQueue;
  readonly readers: WaitQueue;
}

/** Queue length from which a unit of work may run its precheck before it waits: two full batches of SQLite's group commit. */
const longQueueLength = 128;

/** Runs units of work on behalf of one caller. Every method throws UnitNotStarted if the unit's turn does not come in time. */
class UnitsOfWork<Thing> {
  constructor(
    protected readonly transactions: TransactionManager,
    protected readonly queues: WaitQueues,
    protected readonly idempotency: IdempotentTransactions,
    protected readonly contention: Contention,
    private readonly command: Command<Thing>,
  ) {}

  /**
   * Runs `work` in one transaction, which is rolled back if `work` throws. When the promise resolves, the transaction
   * is on disk. Work that ends with StaleLock is repeated. With an idempotency key in the command, a retry does not
   * repeat the work.
   * @throws IdempotentReplay, IdempotencyKeyInUse, IdempotencyKeyReused
   */
  async run<P extends RepositoryClasses, Result extends Thing>(
    repositoryClasses: P,
    work: Work<P, Result>,
  ): Promise<Result> {
    const wait = this.queues.writers.waitOf(this.command);
    for (;;) {
      try {
        return await this.attempt(repositoryClasses, work, wait);
      } catch (error) {
        if (!(error instanceof StaleLock) || wait.isOver) throw error;
      }
    }
  }

  /**
   * Runs contended work, of which one of many concurrent attempts succeeds. `precheck` only reads, and rejects the
   * request by throwing. It runs after a lock timeout or a lost race, and before the unit queues behind many others if
   * recent requests were refused: a request for a copy that is out need not wait for the lock of the copy.
   */
  async runWithPrecheck<P extends RepositoryClasses, Result extends Thing>(
    repositoryClasses: P,
    precheck: Work<P, unknown>,
    work: Work<P, Result>,
  ): Promise<Result> {
    const { writers } = this.queues;
    const wait = writers.waitOf(this.command);
    return this.contention.of(async () => {
      if (writers.waiting > longQueueLength && this.contention.isHigh) {
        await this.runPrecheck(repositoryClasses, precheck);
      }
      for (;;) {
        try {
          return await this.attempt(repositoryClasses, work, wait);
        } catch (error) {
          const isRetried = isLockTimeout(error) || error instanceof LostRace;
          if (isRetried || writers.isExpiry(error)) await this.runPrecheck(repositoryClasses, precheck);
          if (!isRetried || wait.isOver) throw error;
        }
      }
    });
  }

  /** Reads one committed snapshot, in a read-only transaction. */
  read<P extends RepositoryClasses, Result>(repositoryClasses: P, work: Work<P, Result>): Promise<Result> {
    return this.transactions.read(
      (manager) => work(repositories(repositoryClasses, manager)),
      this.queues.readers.waitOf(this.command),
    );
  }

  /**
   * Reads by a single statement, which needs no transaction to see one snapshot and can be batched with concurrent
   * reads. If the read needs more statements, `work` starts over in a transaction.
   */
  async readSingle<P extends RepositoryClasses, Result>(repositoryClasses: P, work: Work<P, Result>): Promise<Result> {
    try {
      return await this.transactions.readSingle(
        (manager) => work(repositories(repositoryClasses, manager)),
        this.queues.readers.waitOf(this.command),
      );
    } catch (error) {
      if (!(error instanceof NeedsTransaction)) throw error;
      return this.read(repositoryClasses, work);
    }
  }

  /** Reads a page of a list by a single statement, unless the total is requested too. */
  readPage<P extends RepositoryClasses, Result>(
    repositoryClasses: P,
    { includeTotal }: PageRequest,
    work: Work<P, Result>,
  ): Promise<Result> {
    return includeTotal ? this.read(repositoryClasses, work) : this.readSingle(repositoryClasses, work);
  }

  private attempt<P extends RepositoryClasses, Result extends Thing>(
    repositoryClasses: P,
    work: Work<P, Result>,
    wait: Wait,
  ): Promise<Result> {
    const { idempotency, postcondition } = this.command;
    const unit = async (manager: EntityManager): Promise<Result> => {
      const result = await work(repositories(repositoryClasses, manager));
      postcondition?.(result);
      return result;
    };
    return idempotency ? this.idempotency.write(idempotency, unit, wait) : this.transactions.write(unit, wait);
  }

  /** Runs `precheck` in a read-only transaction, after the check for an idempotent replay. */
  private async runPrecheck<P extends RepositoryClasses>(
    repositoryClasses: P,
    precheck: Work<P, unknown>,
  ): Promise<void> {
    const { idempotency } = this.command;
    const unit = async (manager: EntityManager): Promise<void> => {
      if (idempotency) await this.idempotency.assertNotDone(idempotency, manager);
      await precheck(repositories(repositoryClasses, manager));
    };
    try {
      await this.transactions.read(unit, this.queues.readers.waitOf(this.command, true));
    } catch (error) {
      // Without a database the precheck decides nothing.
      if (!(error instanceof ServiceUnavailable)) throw error;
    }
  }
}

/**
 * The only way to access data: it alone creates query runners, and repositories exist only inside it, so code cannot
 * write outside a transaction.
 *
 * A unit of work that is begun inside another would wait for the connection that the outer unit holds. An architecture
 * test forbids nested units of work; see docs/decisions/0018.
 */
export class UnitOfWork extends UnitsOfWork<unknown> {
  constructor(
    private readonly database: Database,
    clock: Clock,
    limits: WaitLimits = unlimited,
  ) {
    const transactions = database.transactions((dataSource) => dataSource.createQueryRunner());
    const queues = { writers: new WaitQueue('writes', limits), readers: new WaitQueue('reads', limits) };
    super(transactions, queues, new IdempotentTransactions(transactions, clock), new Contention(), {});
  }

  get stats(): TransactionStats {
    return this.transactions.stats;
  }

  /** Number of units of work since the start that were never run, by queue and reason. */
  get notStarted(): Readonly<Record<keyof WaitQueues, WaitQueue['notStarted']>> {
    return { writers: this.queues.writers.notStarted, readers: this.queues.readers.notStarted };
  }

  /**
   * Deletes a batch of expired idempotency keys.
   * @returns whether more may be left
   */
  purgeIdempotencyKeys(): Promise<boolean> {
    return this.idempotency.purge(this.queues.writers.waitOf({}));
  }

  /** The queue of units of work that write. */
  get writeQueue() {
    const { transactions } = this;
    const { writers } = this.queues;
    return {
      get free() {
        return writers.freeFor('write');
      },
      get isLong() {
        return writers.waiting > longQueueLength;
      },
      refuse: () => writers.refuse('full'),
      onCommit(listener: (committed: Promise<unknown>) => void) {
        transactions.onCommit = listener;
      },
    };
  }

  /** Returns the names of the pending migrations. Bypasses the queues. */
  pendingMigrations(): Promise<string[]> {
    return this.database.pendingMigrations();
  }

  /** Runs a cheap SELECT on the primary. Bypasses the queues, in which slow reads may wait. @throws ServiceUnavailable */
  lookUp<Row extends object>(sql: string): Promise<Row[]> {
    return this.database.lookUp(sql);
  }

  /** Checks that units of work can write. Bypasses the queues. @throws if they cannot */
  assertWritable(): Promise<void> {
    return this.database.assertWritable();
  }

  /** Returns units of work for one caller, with the caller's abort signal, preconditions and idempotency key. */
  for<Thing>(command: Command<Thing>): UnitsOfWork<Thing> {
    return new UnitsOfWork(this.transactions, this.queues, this.idempotency, this.contention, command);
  }

  /**
   * Returns the secret shared by all service instances on this database.
   * @throws UnusableDatabase
   */
  installationSecret(): Promise<string> {
    return this.transactions.read(installationSecret, this.queues.readers.waitOf({}));
  }
}

function repositories<P extends RepositoryClasses>(repositoryClasses: P, manager: EntityManager): Repositories<P> {
  return Object.fromEntries(
    Object.entries(repositoryClasses).map(([name, RepositoryClass]) => [name, new RepositoryClass(manager)]),
  ) as Repositories<P>;
}
