import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel/clock.js';
import type { Command } from '../../kernel/command.js';
import { ServiceUnavailable } from '../../kernel/domain-error.js';
import type { PageRequest } from '../../kernel/page.js';
import { Database } from './engine/database.js';
import { IdempotentTransactions } from './idempotency/idempotent-transactions.js';
import { installationSecret } from './installation/installation-secret.js';
import { isLockTimeout } from './queries/row-lock.js';
import { NeedsTransaction } from './engine/needs-transaction.js';
import type { TransactionStats, TransactionManager } from './engine/transaction-manager.js';
import { unlimited, type WaitLimits, WaitingRoom } from './engine/waiting-room.js';

/** The repositories a unit of work needs, or whatever else works through its manager, by the names it calls them. */
type RepositoryClasses = Readonly<Record<string, new (manager: EntityManager) => object>>;
type Repositories<P extends RepositoryClasses> = { readonly [Name in keyof P]: InstanceType<P[Name]> };
type Work<P extends RepositoryClasses, Result> = (repositories: Repositories<P>) => Promise<Result>;

/** The places where units of work wait, by what they do. */
export interface WaitingRooms {
  readonly writers: WaitingRoom;
  readonly readers: WaitingRoom;
}

/** Units of work that may wait before a new one asks whether it would wait in vain: two full batches of SQLite's. */
const longQueueLength = 128;

/** Runs units of work on behalf of one caller. Each throws UnitNotStarted where it waited in vain. */
class UnitsOfWork<Thing> {
  constructor(
    protected readonly transactions: TransactionManager,
    protected readonly rooms: WaitingRooms,
    protected readonly idempotency: IdempotentTransactions,
    private readonly command: Command<Thing>,
  ) {}

  /**
   * Does all of `work` or, if it throws, nothing of it. When the promise resolves, the work is on disk. With an
   * idempotency key in the command, work that was done before isn't done again.
   * @throws DoneBefore, IdempotencyKeyInUse, IdempotencyKeyReused
   */
  run<P extends RepositoryClasses, Result extends Thing>(
    repositoryClasses: P,
    work: Work<P, Result>,
    wait = this.rooms.writers.waitOf(this.command),
  ): Promise<Result> {
    const { idempotency, postcondition } = this.command;
    const unit = async (manager: EntityManager): Promise<Result> => {
      const result = await work(repositories(repositoryClasses, manager));
      postcondition?.(result);
      return result;
    };
    return idempotency ? this.idempotency.write(idempotency, unit, wait) : this.transactions.write(unit, wait);
  }

  /**
   * The same, for work that many want to do at the same time and one can. `judge` reads whether it can be done; what it
   * throws is the answer. It is asked where a long queue stands before the unit, and where the unit waited in vain: who
   * can see that a copy is out need not wait for its lock.
   */
  async runWithPrecheck<P extends RepositoryClasses, Result extends Thing>(
    participants: P,
    precheck: Work<P, unknown>,
    work: Work<P, Result>,
  ): Promise<Result> {
    const { writers } = this.rooms;
    const wait = writers.waitOf(this.command);
    if (writers.waiting > longQueueLength) await this.judge(participants, precheck);
    for (;;) {
      try {
        return await this.run(participants, work, wait);
      } catch (error) {
        const isLocked = isLockTimeout(error);
        if (isLocked || writers.isExpiry(error)) await this.judge(participants, precheck);
        if (!isLocked || wait.isOver) throw error;
      }
    }
  }

  /** Reads one consistent, committed state of the shop. Writing in here is refused by the database. */
  read<P extends RepositoryClasses, Result>(repositoryClasses: P, work: Work<P, Result>): Promise<Result> {
    return this.transactions.read(
      (manager) => work(repositories(repositoryClasses, manager)),
      this.rooms.readers.waitOf(this.command),
    );
  }

  /**
   * The same, by a single statement, which is one state of the shop by itself: it costs no transaction, and those who
   * ask the same at the same time share it. Where it turns out to take more statements, `work` starts over in a
   * transaction.
   */
  async readSingle<P extends RepositoryClasses, Result>(participants: P, work: Work<P, Result>): Promise<Result> {
    try {
      return await this.transactions.readSingle(
        (manager) => work(repositories(participants, manager)),
        this.rooms.readers.waitOf(this.command),
      );
    } catch (error) {
      if (!(error instanceof NeedsTransaction)) throw error;
      return this.read(participants, work);
    }
  }

  /** Reads a page of a list: at once, unless its rows are to be counted as well. */
  readPage<P extends RepositoryClasses, Result>(
    participants: P,
    { includeTotal }: PageRequest,
    work: Work<P, Result>,
  ): Promise<Result> {
    return includeTotal ? this.read(participants, work) : this.readSingle(participants, work);
  }

  /** A request that was done before gets its first answer, even if the shop has changed since. */
  private async judge<P extends RepositoryClasses>(participants: P, judge: Work<P, unknown>): Promise<void> {
    const { idempotency } = this.command;
    const unit = async (manager: EntityManager): Promise<void> => {
      if (idempotency) await this.idempotency.assertNotDone(idempotency, manager);
      await judge(repositories(participants, manager));
    };
    try {
      await this.transactions.read(unit, this.rooms.readers.waitOf(this.command, true));
    } catch (error) {
      // Then nothing is known.
      if (!(error instanceof ServiceUnavailable)) throw error;
    }
  }
}

/**
 * All that happens to the shop's data happens in here: it is the only place that makes query runners,
 * and repositories exist only while a unit of work lasts. A write outside a transaction can't be written down.
 *
 * A unit of work begun inside another would wait for a turn that the outer one holds. A law of the architecture
 * keeps it from being written; see docs/decisions/0018.
 */
export class UnitOfWork extends UnitsOfWork<unknown> {
  constructor(
    private readonly database: Database,
    clock: Clock,
    limits: WaitLimits = unlimited,
  ) {
    const transactions = database.transactions((dataSource) => dataSource.createQueryRunner());
    const rooms = { writers: new WaitingRoom('writes', limits), readers: new WaitingRoom('reads', limits) };
    super(transactions, rooms, new IdempotentTransactions(transactions, clock), {});
  }

  get stats(): TransactionStats {
    return this.transactions.stats;
  }

  /** Units of work since the start that were never started, by the queue and the reason. */
  get notStarted(): Readonly<Record<keyof WaitingRooms, WaitingRoom['notStarted']>> {
    return { writers: this.rooms.writers.notStarted, readers: this.rooms.readers.notStarted };
  }

  /**
   * Deletes some of the idempotency keys that have expired.
   * @returns whether there may be more
   */
  purgeIdempotencyKeys(): Promise<boolean> {
    return this.idempotency.purge(this.rooms.writers.waitOf({}));
  }

  /** The queue of units of work that write. */
  get writeQueue(): { readonly isFull: boolean; readonly isLong: boolean; readonly refuse: () => ServiceUnavailable } {
    const { writers } = this.rooms;
    return {
      get isFull() {
        return writers.isFullFor('write');
      },
      get isLong() {
        return writers.waiting > longQueueLength;
      },
      refuse: () => writers.refuse('full'),
    };
  }

  /** The names of the migrations that this release has and the database lacks. Waits in no queue. */
  pendingMigrations(): Promise<string[]> {
    return this.database.pendingMigrations();
  }

  /** Proves that units of work can write. Waits in no queue. @throws where they can't */
  assertWritable(): Promise<void> {
    return this.database.assertWritable();
  }

  /** Units of work on behalf of a caller who may leave, and as the caller commands. */
  for<Thing>(command: Command<Thing>): UnitsOfWork<Thing> {
    return new UnitsOfWork(this.transactions, this.rooms, this.idempotency, command);
  }

  /**
   * Returns the secret that all instances of the service on this database share.
   * @throws UnusableDatabase
   */
  installationSecret(): Promise<string> {
    return this.transactions.read(installationSecret, this.rooms.readers.waitOf({}));
  }
}

function repositories<P extends RepositoryClasses>(participants: P, manager: EntityManager): Repositories<P> {
  return Object.fromEntries(
    Object.entries(participants).map(([name, Participant]) => [name, new Participant(manager)]),
  ) as Repositories<P>;
}
