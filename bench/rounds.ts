import type { Progress } from '../scripts/support/progress.js';
import type { Figures, Goal, Row } from './report/figures.js';
import { median } from './report/statistics.js';

/** Not counted: V8 compiles hot code on the same core as the server. */
const warmUpSeconds = 4;

/** One contender with one workload. */
export interface Measurement {
  readonly work: string;
  readonly contender: string;
  measure(seconds: number): Promise<Figures>;
}

/** The reference of a comparison: with the same workload, or with one of its own. */
export interface Reference {
  readonly contender: string;
  readonly work?: string;
}

/**
 * The figures of several contenders, measured in turns, so that a temporary slowdown of the machine affects all of
 * them.
 */
export class Rounds {
  private constructor(private readonly figures: ReadonlyMap<string, readonly Figures[]>) {}

  static async take(
    name: string,
    measurements: readonly Measurement[],
    { rounds, seconds }: { rounds: number; seconds: number },
    progress: Progress,
  ): Promise<Rounds> {
    const figures = new Map<string, Figures[]>(measurements.map((measurement) => [keyOf(measurement), []]));
    await progress.step(name, measurements.length * (rounds + 1), async (advance) => {
      for (const measurement of measurements) {
        await measurement.measure(Math.min(warmUpSeconds, 2 * seconds));
        advance(1);
      }
      for (let round = 0; round < rounds; round++) {
        for (const measurement of measurements) {
          figures.get(keyOf(measurement))!.push(await measurement.measure(seconds));
          advance(1);
        }
      }
    });
    return new Rounds(figures);
  }

  rows(references: readonly Reference[] = []): Row[] {
    return [...this.figures.keys()].map((key) => {
      const { work, contender } = JSON.parse(key) as { work: string; contender: string };
      const ratios = references
        .filter((reference) => reference.contender !== contender)
        .map((reference) => [reference.contender, this.ratio(contender, work, reference)] as const)
        .filter((entry): entry is [string, number] => entry[1] !== undefined);
      return {
        work,
        contender,
        perSecond: this.median(contender, work, 'perSecond'),
        p50: this.median(contender, work, 'p50'),
        p99: this.median(contender, work, 'p99'),
        cpuMicroseconds: this.median(contender, work, 'cpuMicroseconds'),
        megabytes: this.median(contender, work, 'megabytes'),
        ratios: Object.fromEntries(ratios),
      };
    });
  }

  /** Returns the median of the ratios of the rounds. */
  ratio(
    contender: string,
    work: string,
    reference: Reference,
    figure: keyof Figures = 'perSecond',
  ): number | undefined {
    const ours = this.of(contender, work, figure);
    const theirs = this.of(reference.contender, reference.work ?? work, figure);
    if (ours.length === 0 || theirs.length === 0) return undefined;
    return median(ours.map((value, round) => value / theirs[round]!));
  }

  median(contender: string, work: string, figure: keyof Figures): number | undefined {
    const values = this.of(contender, work, figure);
    return values.length > 0 ? median(values) : undefined;
  }

  /** The goal to be at least `bound` times as fast as `reference`. */
  atLeast(bound: number, contender: string, work: string, reference: Reference): Goal {
    const figure = this.ratio(contender, work, reference);
    return { work, figure, unit: `× ${reference.contender}`, bound: { atLeast: bound } };
  }

  private of(contender: string, work: string, figure: keyof Figures): number[] {
    const figures = this.figures.get(keyOf({ contender, work })) ?? [];
    return figures.map((one) => one[figure]).filter((value) => value !== undefined);
  }
}

const keyOf = ({ work, contender }: Pick<Measurement, 'work' | 'contender'>) => JSON.stringify({ work, contender });
