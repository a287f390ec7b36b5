import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../kernel/clock.js';
import type { Command } from '../kernel/command.js';
import type { PageRequest } from '../kernel/page.js';
import { Connections } from './connections.js';
import { Idempotency } from './idempotency/idempotency.js';
import { installationSecret } from './installation/installation-secret.js';
import { NeedsTransaction } from './needs-transaction.js';
import { pendingMigrations } from './pending-migrations.js';
import type { Activity, Transactions } from './transactions.js';

/** The repositories a unit of work needs, or whatever else works through its manager, by the names it calls them. */
type Participants = Readonly<Record<string, new (manager: EntityManager) => object>>;
type Repositories<P extends Participants> = { readonly [Name in keyof P]: InstanceType<P[Name]> };
type Work<P extends Participants, Result> = (repositories: Repositories<P>) => Promise<Result>;

/** Runs units of work on behalf of one caller. */
class UnitsOfWork<Thing> {
  constructor(
    protected readonly transactions: Transactions,
    protected readonly idempotency: Idempotency,
    private readonly command: Command<Thing>,
  ) {}

  /**
   * Does all of `work` or, if it throws, nothing of it. When the promise resolves, the work is on disk. With an
   * idempotency key in the command, work that was done before isn't done again.
   * @throws DoneBefore, IdempotencyKeyInUse, IdempotencyKeyReused
   */
  run<P extends Participants, Result extends Thing>(participants: P, work: Work<P, Result>): Promise<Result> {
    const unit = (manager: EntityManager): Promise<Result> => work(repositories(participants, manager));
    const { idempotency } = this.command;
    return idempotency ? this.idempotency.write(idempotency, unit) : this.transactions.write(unit);
  }

  /** Reads one consistent, committed state of the shop. Writing in here is refused by the database. */
  read<P extends Participants, Result>(participants: P, work: Work<P, Result>): Promise<Result> {
    return this.transactions.read((manager) => work(repositories(participants, manager)));
  }

  /**
   * The same, by a single statement, which is one state of the shop by itself: it costs no transaction, and those who
   * ask the same at the same time share it. Where it turns out to take more statements, `work` starts over in a
   * transaction.
   */
  async readAtOnce<P extends Participants, Result>(participants: P, work: Work<P, Result>): Promise<Result> {
    try {
      return await this.transactions.readAtOnce((manager) => work(repositories(participants, manager)));
    } catch (error) {
      if (!(error instanceof NeedsTransaction)) throw error;
      return this.read(participants, work);
    }
  }

  /** Reads a page of a list: at once, unless its rows are to be counted as well. */
  readPage<P extends Participants, Result>(
    participants: P,
    { includeTotal }: PageRequest,
    work: Work<P, Result>,
  ): Promise<Result> {
    return includeTotal ? this.read(participants, work) : this.readAtOnce(participants, work);
  }
}

/**
 * All that happens to the shop's data happens in here: it is the only place that makes query runners,
 * and repositories exist only while a unit of work lasts. A write outside a transaction can't be written down.
 *
 * A unit of work begun inside another would wait for a turn that the outer one holds. A law of the architecture
 * keeps it from being written; see docs/decisions/0018.
 */
@Injectable()
export class UnitOfWork extends UnitsOfWork<unknown> {
  constructor(connections: Connections, clock: Clock) {
    const transactions = connections.transactions((dataSource) => dataSource.createQueryRunner());
    super(transactions, new Idempotency(transactions, clock), {});
  }

  get activity(): Activity {
    return this.transactions.activity;
  }

  /** Units of work on behalf of a caller who may leave, and as the caller commands. */
  for<Thing>(command: Command<Thing>): UnitsOfWork<Thing> {
    return new UnitsOfWork(this.transactions, this.idempotency, command);
  }

  /**
   * Deletes some of the idempotency keys that have expired.
   * @returns whether there may be more
   */
  purgeIdempotencyKeys(): Promise<boolean> {
    return this.idempotency.purge();
  }

  /** The names of the migrations that this release has and the database lacks. */
  pendingMigrations(): Promise<string[]> {
    return this.transactions.read(pendingMigrations);
  }

  /**
   * Returns the secret that all instances of the service on this database share.
   * @throws UnusableDatabase
   */
  installationSecret(): Promise<string> {
    return this.transactions.read(installationSecret);
  }
}

function repositories<P extends Participants>(participants: P, manager: EntityManager): Repositories<P> {
  return Object.fromEntries(
    Object.entries(participants).map(([name, Participant]) => [name, new Participant(manager)]),
  ) as Repositories<P>;
}
