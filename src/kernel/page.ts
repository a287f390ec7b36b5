/** One row's place in a sorted list: the value it is sorted by and, to tell equals apart, its id. */
export interface Place {
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
  /** Rows after or before this place; from the beginning without it. */
  readonly from?: Place & { readonly direction: 'after' | 'before' };
  readonly includeTotal: boolean;
}

export interface Page<Row> {
  readonly rows: Row[];
  /** The places of the first and the last row, where more rows lie beyond them. */
  readonly previous?: Place;
  readonly next?: Place;
  /** The rows on all pages together, where it was asked for. */
  readonly total?: number;
}
