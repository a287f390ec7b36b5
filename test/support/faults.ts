import { PassThrough } from 'node:stream';
import { Progress } from '../../scripts/support/progress.js';
import type { Random } from './random.js';

/** What a fault test does in CI, which has seconds for it, or in `npm run faults`, which takes its time. */
export function scaled<Scale>({ short, long }: { short: Scale; long: Scale }): Scale {
  return process.env['FAULTS'] === 'long' ? long : short;
}

/** Shows how far a test is that takes minutes in the long run. */
export const progress = new Progress(scaled<NodeJS.WritableStream>({ short: new PassThrough(), long: process.stderr }));

/** Tells on one line what a test did and saw, as in "Killed while it lends: seed 7, kills 20". */
export function report(what: string, { seed }: Random, figures: Readonly<Record<string, string | number>>): void {
  const told = Object.entries({ seed, ...figures }).map(([name, figure]) => `${name} ${figure}`);
  process.stderr.write(`${what}: ${told.join(', ')}\n`);
}
