/** One row's place in a sorted list: the value it is sorted by and, to tell equals apart, its id. */
export interface KeysetPosition {
  readonly value: string | number;
  readonly id: number;
}

/** The largest limit of a page. */
export const maxPageLimit = 200;

/** Which part of a list is wanted. Pages are found by a row's place, so the last costs what the first costs. */
export interface PageRequest {
  /** The member the list is sorted by, one of those the list names. */
  readonly sortBy: string;
  readonly descending: boolean;
  /** Rows wanted at most. */
  readonly limit: number;
  /** Rows after or before this place, or that of the row with this id; from the beginning without it. */
  readonly from?: (KeysetPosition | { readonly id: number; readonly value?: undefined }) & {
    readonly direction: 'after' | 'before';
  };
  readonly includeTotal: boolean;
}

export interface Page<Row> {
  readonly rows: Row[];
  readonly positionOf: (row: Row) => KeysetPosition;
  /** Whether the page ends where its request began, so that rows which are one too many are its first. */
  readonly isBackwards: boolean;
  /** Whether rows lie before the first and after the last. */
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
  /** Of an empty page at the end of a list that grows: the place after which new rows appear. */
  readonly resumesAt?: KeysetPosition;
  /** The rows on all pages together, where it was asked for. */
  readonly total?: number;
}

/** Reads a list to its end, page by page, in the order of ids. */
export async function* pagesOf<Row>(fetch: (request: PageRequest) => Promise<Page<Row>>): AsyncGenerator<Row[]> {
  const request = { limit: maxPageLimit, sortBy: 'id', descending: false, includeTotal: false };
  for (let from: PageRequest['from']; ;) {
    const { rows, positionOf, hasNext } = await fetch({ ...request, from });
    if (rows.length > 0) yield rows;
    if (!hasNext) return;
    from = { ...positionOf(rows.at(-1)!), direction: 'after' };
  }
}

/**
 * Bytes of JSON that a page has at most, unless its only row has more. A page ends early at them, however many rows were
 * asked for, and the next goes on from there.
 */
export const maxPageBytes = 2_000_000;
