import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../kernel/clock.js';
import type { Once } from '../kernel/once.js';
import type { PageRequest } from '../kernel/page.js';
import { Connections } from './connections.js';
import { Idempotency } from './idempotency/idempotency.js';
import { pendingMigrations } from './pending-migrations.js';
import type { Activity, Transactions } from './transactions.js';

/** The repositories a unit of work needs, or whatever else works through its manager, by the names it calls them. */
type Participants = Readonly<Record<string, new (manager: EntityManager) => object>>;
type Repositories<P extends Participants> = { readonly [Name in keyof P]: InstanceType<P[Name]> };
type Work<P extends Participants, Result> = (repositories: Repositories<P>) => Promise<Result>;

/**
 * All that happens to the shop's data happens in here: it is the only place that makes query runners,
 * and repositories exist only while a unit of work lasts. A write outside a transaction can't be written down.
 *
 * A unit of work begun inside another would wait for a turn that the outer one holds. A law of the architecture
 * keeps it from being written; see docs/decisions/0018.
 */
@Injectable()
export class UnitOfWork {
  private readonly transactions: Transactions;
  private readonly idempotency: Idempotency;

  constructor(connections: Connections, clock: Clock) {
    this.transactions = connections.transactions((dataSource) => dataSource.createQueryRunner());
    this.idempotency = new Idempotency(this.transactions, clock);
  }

  get activity(): Activity {
    return this.transactions.activity;
  }

  /** Does all of `work` or, if it throws, nothing of it. When the promise resolves, the work is on disk. */
  run<P extends Participants, Result>(participants: P, work: Work<P, Result>): Promise<Result> {
    return this.transactions.write((manager) => work(repositories(participants, manager)));
  }

  /**
   * The same, for work that may be asked for again, and isn't done again then.
   * @param once what it is known by; without it the work is done whenever it is asked for
   * @throws DoneBefore, IdempotencyKeyInUse, IdempotencyKeyReused
   */
  runOnce<P extends Participants, Result>(
    once: Once<Result> | undefined,
    participants: P,
    work: Work<P, Result>,
  ): Promise<Result> {
    if (!once) return this.run(participants, work);
    return this.idempotency.write(once, (manager) => work(repositories(participants, manager)));
  }

  /** Reads one consistent, committed state of the shop. Writing in here is refused by the database. */
  read<P extends Participants, Result>(participants: P, work: Work<P, Result>): Promise<Result> {
    return this.transactions.read((manager) => work(repositories(participants, manager)));
  }

  /**
   * The same, by a single statement, which is one state of the shop by itself: it costs no transaction, and those who
   * ask the same at the same time share it.
   */
  readAtOnce<P extends Participants, Result>(participants: P, work: Work<P, Result>): Promise<Result> {
    return this.transactions.readAtOnce((manager) => work(repositories(participants, manager)));
  }

  /** Reads a page of a list: at once, unless its rows are to be counted as well. */
  readPage<P extends Participants, Result>(
    participants: P,
    { includeTotal }: PageRequest,
    work: Work<P, Result>,
  ): Promise<Result> {
    return includeTotal ? this.read(participants, work) : this.readAtOnce(participants, work);
  }

  /** The names of the migrations that this release has and the database lacks. */
  pendingMigrations(): Promise<string[]> {
    return this.transactions.read(pendingMigrations);
  }
}

function repositories<P extends Participants>(participants: P, manager: EntityManager): Repositories<P> {
  return Object.fromEntries(
    Object.entries(participants).map(([name, Participant]) => [name, new Participant(manager)]),
  ) as Repositories<P>;
}
