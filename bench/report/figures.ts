/** The figures of one measurement, without those that are not measured or not available on the system. */
export interface Figures {
  readonly perSecond?: number;
  /** Milliseconds. */
  readonly p50?: number;
  /** Milliseconds. */
  readonly p99?: number;
  /** Processor time of all threads of the server, for each operation. */
  readonly cpuMicroseconds?: number;
  /** Resident set size of the server after the measurement. */
  readonly megabytes?: number;
}

/** The figures of one contender and one workload: the medians of all rounds. */
export interface Row extends Figures {
  readonly work: string;
  readonly contender: string;
  /** Ratios to others measured in the same rounds: the medians of the ratios of the rounds. */
  readonly ratios: Readonly<Record<string, number>>;
}

export interface Goal {
  readonly work: string;
  readonly figure: number | undefined;
  /** The unit of the figure, such as "× naive" or "ms". */
  readonly unit: string;
  readonly bound: { readonly atLeast: number } | { readonly atMost: number };
}

/** The results of a section of the benchmark. */
export interface Findings {
  readonly rows: readonly Row[];
  readonly goals: readonly Goal[];
  /** Notes that are needed to interpret them. */
  readonly notes: readonly string[];
}

/** Returns 1 for exactly the goal, and more for a better figure. */
export function achieved({ figure, bound }: Goal): number | undefined {
  if (figure === undefined) return undefined;
  if ('atLeast' in bound) return figure / bound.atLeast;
  // A figure that shrank instead of growing is better than any goal.
  return figure > 0 ? bound.atMost / figure : Infinity;
}
