import { DomainError, ServiceUnavailable } from '../../kernel/domain-error.js';

/** Share of refused requests from which a precheck pays: it costs 40 % of a unit of work, and saves one if it refuses. */
const minRefusedShare = 0.25;

/** Number of recent units of work over which the share is averaged. */
const averagedUnits = 32;

/** How often contended work is refused, such as rentals of copies that are out, as a moving average. */
export class Contention {
  private refusedShare = 0;

  get isHigh(): boolean {
    return this.refusedShare >= minRefusedShare;
  }

  /** Counts the result of `work`. */
  async of<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      const result = await work();
      this.count(0);
      return result;
    } catch (error) {
      if (error instanceof DomainError && !(error instanceof ServiceUnavailable)) this.count(1);
      throw error;
    }
  }

  private count(refused: 0 | 1): void {
    this.refusedShare += (refused - this.refusedShare) / averagedUnits;
  }
}
