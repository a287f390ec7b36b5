import { ServiceUnavailable, UnitNotStarted } from '../../../kernel/domain-error.js';
import type { Activity, Transactions, Work } from '../engine/transaction-manager.js';
import type { Wait } from '../engine/waiting-room.js';
import { lostToOthers, type PostgresTransactions } from './postgres-transactions.js';
import { errorCode } from '../../../kernel/error-code.js';
import { isStatementFault } from '../engine/statement-fault.js';
import type { Standby } from './replica.js';

/** Writes on the primary; reads on a standby that shows all that was committed before, or else on the primary too. */
export class ReplicatedTransactions implements Transactions {
  constructor(
    private readonly primary: PostgresTransactions,
    private readonly replica: PostgresTransactions,
    private readonly standby: Standby,
  ) {}

  get activity(): Activity {
    const [primary, replica] = [this.primary.activity, this.replica.activity];
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
    return this.onStandby(wait, (transactions) => transactions.read(work, wait));
  }

  readAtOnce<Result>(work: Work<Result>, wait: Wait): Promise<Result> {
    return this.onStandby(wait, (transactions) => transactions.readAtOnce(work, wait));
  }

  private async onStandby<Result>(
    wait: Wait,
    read: (transactions: PostgresTransactions) => Promise<Result>,
  ): Promise<Result> {
    if (!(await wait.for(this.standby.hasCaughtUp()))) return read(this.primary);
    try {
      return await read(this.replica);
    } catch (error) {
      if (error instanceof UnitNotStarted) throw error;
      // A slow statement would be as slow on the primary, and says nothing of the replica.
      if (error instanceof ServiceUnavailable && isStatementFault(error)) throw error;
      if (error instanceof ServiceUnavailable) this.standby.lose(error.cause);
      else if (!lostToOthers.has(errorCode(error) ?? '')) throw error;
      return read(this.primary);
    }
  }
}
