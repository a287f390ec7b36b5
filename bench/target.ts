/** The size of a shop. */
export interface ShopSize {
  readonly movies: number;
  readonly copies: number;
  readonly clients: number;
  /** Lines of rentals. */
  readonly lines: number;
  /** The number of open lines, which are the last ones. */
  readonly openLines: number;
}

const copiesPerMovie = 3;

export function shopOf(movies: number, lines = movies, openLines = 0): ShopSize {
  return { movies, copies: movies * copiesPerMovie, clients: 1000, lines, openLines };
}

/** The target of a measurement. */
export interface Target {
  /** One for each instance; the connections are distributed among them. */
  readonly urls: readonly string[];
  /** The credential that requests need. */
  readonly token?: string;
  /** The size of its shop, if it has one. */
  readonly size?: ShopSize;
}
