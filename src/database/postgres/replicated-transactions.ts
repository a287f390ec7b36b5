import { ServiceUnavailable } from '../../kernel/domain-error.js';
import type { Activity, Transactions, Work } from '../transactions.js';
import { lostToOthers, type PostgresTransactions } from './postgres-transactions.js';
import { errorCode } from '../error-code.js';
import type { Standby } from './standby.js';

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

  write<Result>(work: Work<Result>): Promise<Result> {
    return this.primary.write(work);
  }

  async read<Result>(work: Work<Result>): Promise<Result> {
    if (!(await this.standby.hasCaughtUp())) return this.primary.read(work);
    try {
      return await this.replica.read(work);
    } catch (error) {
      if (error instanceof ServiceUnavailable) this.standby.lose(error.cause);
      else if (!lostToOthers.has(errorCode(error) ?? '')) throw error;
      return this.primary.read(work);
    }
  }
}
