/** The figures of one measurement, without those that are not measured or not available on the system. */
export interface Figures {
  readonly perSecond?: number;
  /** Milliseconds. */
  readonly p50?: number;
  /** Milliseconds. */
  readonly p99?: number;
  /** Of all threads of the server, for each time the work was done. */
  readonly cpuMicroseconds?: number;
  /** Resident set size of the server afterwards. */
  readonly megabytes?: number;
}

/** Figures of one contender at one work: the medians of all rounds. */
export interface Row extends Figures {
  readonly work: string;
  readonly contender: string;
  /** How it compares to others measured in the same rounds: medians of each round's own ratio. */
  readonly ratios: Readonly<Record<string, number>>;
}

export interface Goal {
  readonly work: string;
  readonly figure: number | undefined;
  /** What is counted, such as "× naive" or "ms". */
  readonly unit: string;
  readonly bound: { readonly atLeast: number } | { readonly atMost: number };
}

/** What a section of the benchmark found. */
export interface Findings {
  readonly rows: readonly Row[];
  readonly goals: readonly Goal[];
  /** What must be known to read them. */
  readonly notes: readonly string[];
}

/** 1 is the goal itself; more is better than it. */
export function achieved({ figure, bound }: Goal): number | undefined {
  if (figure === undefined) return undefined;
  if ('atLeast' in bound) return figure / bound.atLeast;
  // What shrank where it might have grown is beyond any goal.
  return figure > 0 ? bound.atMost / figure : Infinity;
}
