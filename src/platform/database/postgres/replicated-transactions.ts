import { ServiceUnavailable, UnitNotStarted } from '../../../kernel/domain-error.js';
import type { TransactionStats, TransactionManager, Work } from '../engine/transaction-manager.js';
import type { Wait } from '../engine/wait-queue.js';
import { retryableCodes, type PostgresTransactions } from './postgres-transactions.js';
import { errorCode } from '../../../kernel/error-code.js';
import { isStatementError } from '../engine/statement-error.js';
import type { Replica } from './replica.js';

/** Writes on the primary; reads on the replica if it has caught up, and otherwise on the primary. */
export class ReplicatedTransactions implements TransactionManager {
  constructor(
    private readonly primary: PostgresTransactions,
    private readonly replicaTransactions: PostgresTransactions,
    private readonly replica: Replica,
  ) {}

  get stats(): TransactionStats {
    const [primary, replica] = [this.primary.stats, this.replicaTransactions.stats];
    return {
      ...primary,
      waiting: primary.waiting + replica.waiting,
      running: primary.running + replica.running,
      connections: { ...primary.connections, replica: replica.connections['shared']! },
    };
  }

  write<Result>(work: Work<Result>, wait: Wait): Promise<Result> {
    return this.primary.write(work, wait);
  }

  read<Result>(work: Work<Result>, wait: Wait): Promise<Result> {
    return this.onReplica(wait, (transactions) => transactions.read(work, wait));
  }

  readSingle<Result>(work: Work<Result>, wait: Wait): Promise<Result> {
    return this.onReplica(wait, (transactions) => transactions.readSingle(work, wait));
  }

  private async onReplica<Result>(
    wait: Wait,
    read: (transactions: PostgresTransactions) => Promise<Result>,
  ): Promise<Result> {
    if (!(await wait.for(this.replica.hasCaughtUp()))) return read(this.primary);
    try {
      return await read(this.replicaTransactions);
    } catch (error) {
      if (error instanceof UnitNotStarted) throw error;
      // A slow statement would be as slow on the primary, and does not indicate a lost replica.
      if (error instanceof ServiceUnavailable && isStatementError(error)) throw error;
      if (error instanceof ServiceUnavailable) this.replica.markLost(error.cause);
      else if (!retryableCodes.has(errorCode(error) ?? '')) throw error;
      return read(this.primary);
    }
  }
}
