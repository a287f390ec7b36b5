import { PassThrough } from 'node:stream';
import { Progress } from '../../../scripts/support/progress.js';
import type { Random } from '../random.js';

/** Returns the short form of a fault test, for CI, or the long form, for `npm run faults`. */
export function scaled<Scale>({ short, long }: { short: Scale; long: Scale }): Scale {
  return process.env['FAULTS'] === 'long' ? long : short;
}

/** Shows the progress of a test that takes minutes in the long form. */
export const progress = new Progress(scaled<NodeJS.WritableStream>({ short: new PassThrough(), long: process.stderr }));

/** Prints one line with the figures of a test, such as "Killed while it lends: seed 7, kills 20". */
export function report(what: string, { seed }: Random, figures: Readonly<Record<string, string | number>>): void {
  const shown = Object.entries({ seed, ...figures }).map(([name, figure]) => `${name} ${figure}`);
  process.stderr.write(`${what}: ${shown.join(', ')}\n`);
}
