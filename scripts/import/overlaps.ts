import { groupBy } from '../../src/kernel/lists.js';

/** The time during which a copy was, or is, lent. */
export interface Loan {
  readonly copy: string | number;
  readonly lent: Date;
  /** Null as long as the copy is out. */
  readonly returned: Date | null;
}

/** Finds each loan that begins during an earlier one of the same copy, together with the earlier one. */
export function findOverlaps<One extends Loan>(loans: readonly One[]): { earlier: One; later: One }[] {
  const found: { earlier: One; later: One }[] = [];
  for (const ofCopy of groupBy(loans, ({ copy }) => copy).values()) {
    const inOrder = [...ofCopy].sort(
      (one, other) => one.lent.getTime() - other.lent.getTime() || end(one) - end(other),
    );
    let longest = inOrder[0]!;
    for (const loan of inOrder.slice(1)) {
      if (loan.lent.getTime() < end(longest)) found.push({ earlier: longest, later: loan });
      if (end(loan) > end(longest)) longest = loan;
    }
  }
  return found;
}

const end = ({ returned }: Loan): number => returned?.getTime() ?? Infinity;
