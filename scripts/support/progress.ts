import { Presets, SingleBar } from 'cli-progress';

/** Shows the progress of a long job: a bar for each step on a terminal, plain lines elsewhere. */
export class Progress {
  constructor(private readonly stream: NodeJS.WritableStream & { isTTY?: boolean } = process.stderr) {}

  /** Runs one step of `total` items; `work` reports its progress by `advance`. */
  async step<Result>(
    name: string,
    total: number,
    work: (advance: (done: number) => void) => Promise<Result>,
  ): Promise<Result> {
    const bar = new SingleBar(
      {
        stream: this.stream,
        format: `${name.padEnd(17)} ${this.stream.isTTY ? '{bar} ' : ''}{value}/{total}`,
        noTTYOutput: true,
        notTTYSchedule: 2000,
        // The handler of the bar would ignore Ctrl+C, and is not needed, because the settings of the terminal are not
        // changed.
        gracefulExit: false,
        linewrap: true,
      },
      Presets.shades_classic,
    );
    bar.start(total, 0);
    try {
      return await work((done) => bar.increment(done));
    } finally {
      bar.stop();
    }
  }
}
