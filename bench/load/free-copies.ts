import type { ShopSize } from '../target.js';

/**
 * Prime and larger than any shop, so that steps of this size visit every id once, scattered like customers' choices.
 */
const stride = 100_000_007;

/** Returns the `position`th of the ids from 1 to `count`, in a scattered order. */
export function scattered(position: number, count: number): number {
  return 1 + ((position * stride) % count);
}

/** The copies of one shop that are certainly free: the load generator rents none that may be out. */
export class FreeCopies {
  private taken = 0;
  private readonly returned: number[] = [];

  constructor(private readonly size: ShopSize) {}

  takeTwo(): [number, number] {
    return [this.take(), this.take()];
  }

  giveBack(ids: readonly number[]): void {
    this.returned.push(...ids);
  }

  /** Whether one of the open lines of `fillShop` has the copy. */
  private isOut(copyId: number): boolean {
    const { lines, openLines, copies } = this.size;
    return (((copyId - 1 - lines - 1 + openLines) % copies) + copies) % copies < openLines;
  }

  private take(): number {
    while (this.taken < this.size.copies) {
      const copyId = scattered(this.taken++, this.size.copies);
      if (!this.isOut(copyId)) return copyId;
    }
    const id = this.returned.shift();
    if (id) return id;
    throw new Error(`All ${this.size.copies} copies are out. Shorten the measurements, or use fewer rounds.`);
  }
}
