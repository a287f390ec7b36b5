/** How large a shop is. */
export interface ShopSize {
  readonly movies: number;
  readonly copies: number;
  readonly clients: number;
  /** Lines of rentals. */
  readonly lines: number;
  /** The number of lines, the last ones, that are still out. */
  readonly openLines: number;
}

const copiesPerMovie = 3;

export function shopOf(movies: number, lines = movies, openLines = 0): ShopSize {
  return { movies, copies: movies * copiesPerMovie, clients: 1000, lines, openLines };
}

/** What a measurement is aimed at. */
export interface Target {
  /** One for each instance; the connections are dealt out among them. */
  readonly urls: readonly string[];
  /** The credential that requests need. */
  readonly token?: string;
  /** The shop that is open there, where there is one. */
  readonly size?: ShopSize;
}
