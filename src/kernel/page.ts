/** The keyset position of a row in a sorted list: its sort value and, to order equal values, its id. */
export interface KeysetPosition {
  readonly value: string | number;
  readonly id: number;
}

/** The largest limit of a page. */
export const maxPageLimit = 200;

/** The requested page of a list. With keyset pagination the last page costs as much as the first. */
export interface PageRequest {
  /** The member to sort by, one of the sort members of the list. */
  readonly sortBy: string;
  readonly descending: boolean;
  /** Maximum number of rows. */
  readonly limit: number;
  /**
   * The page starts after, or ends before, this position or that of the row with this id; absent for the first page.
   */
  readonly from?: (KeysetPosition | { readonly id: number; readonly value?: undefined }) & {
    readonly direction: 'after' | 'before';
  };
  readonly includeTotal: boolean;
}

export interface Page<Row> {
  readonly rows: Row[];
  readonly positionOf: (row: Row) => KeysetPosition;
  /** Whether the page ends at its requested position, so that surplus rows are dropped at its beginning. */
  readonly isBackwards: boolean;
  /** Whether the list has rows before the first and after the last row of the page. */
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
  /** For an empty page at the end of a growing list: the position after which new rows appear. */
  readonly resumesAt?: KeysetPosition;
  /** The number of rows on all pages, if it was requested. */
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
 * Maximum bytes of JSON of a page, unless its only row has more. A page ends early at this size, and the next page
 * continues there.
 */
export const maxPageBytes = 2_000_000;
