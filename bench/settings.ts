import { parseArgs } from 'node:util';
import { UnusableInput } from '../scripts/support/input.js';

export interface Settings {
  readonly rounds: number;
  /** Of each measurement in each round. */
  readonly seconds: number;
  readonly connections: number;
  /** Of the large shop of the growth and start sections. It has ten times as many lines of rentals. */
  readonly movies: number;
  /** Of full load, in the memory section. */
  readonly memorySeconds: number;
  /** Where the CSV files of the Sakila shop are. */
  readonly sakila: string | undefined;
  /** The folder the results are written into. */
  readonly out: string;
}

/**
 * @param sections the names of all sections
 * @param defaults the sections to run if the arguments name none
 * @throws UnusableInput
 */
export function readSettings<Name extends string>(
  args: readonly string[],
  sections: readonly Name[],
  defaults: readonly Name[],
): Settings & { readonly sections: readonly Name[] } {
  const { values, positionals } = parse(args);
  const unknown = positionals.filter((name) => !(sections as readonly string[]).includes(name));
  if (unknown.length > 0) {
    throw new UnusableInput(`Unknown section ${unknown.join(', ')}. Sections: ${sections.join(', ')}.`);
  }
  return {
    sections: positionals.length > 0 ? (positionals as Name[]) : defaults,
    rounds: positive('rounds', values.rounds),
    seconds: positive('seconds', values.seconds),
    connections: positive('connections', values.connections),
    movies: positive('movies', values.movies),
    memorySeconds: positive('memory-seconds', values['memory-seconds']),
    sakila: values.sakila,
    out: values.out,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rounds: { type: 'string', default: '5' },
        seconds: { type: 'string', default: '2' },
        connections: { type: 'string', default: '32' },
        movies: { type: 'string', default: '100000' },
        'memory-seconds': { type: 'string', default: '60' },
        sakila: { type: 'string' },
        out: { type: 'string', default: 'docs/bench' },
      },
    });
  } catch (error) {
    throw new UnusableInput((error as Error).message);
  }
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new UnusableInput(`--${name} must be a whole number above zero; it is ${JSON.stringify(text)}.`);
}
