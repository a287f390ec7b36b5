import { readArguments, type Usage } from '../scripts/support/arguments.js';
import { UnusableInput } from '../scripts/support/input.js';

export interface Settings {
  readonly rounds: number;
  /** Duration of each measurement in each round. */
  readonly seconds: number;
  readonly connections: number;
  /** Size of the large shop of the growth and start sections. It has ten times as many lines of rentals. */
  readonly movies: number;
  /** Duration of full load in the memory section. */
  readonly memorySeconds: number;
  /** The folder with the CSV files of the Sakila shop. */
  readonly sakila: string | undefined;
  /** The folder for the results. */
  readonly out: string;
}

const options = {
  rounds: { value: 'count', description: 'rounds of each measurement', default: '5' },
  seconds: { value: 'seconds', description: 'duration of each measurement in each round', default: '2' },
  connections: { value: 'count', description: 'connections of the load generator', default: '32' },
  movies: { value: 'count', description: 'movies of the large shop (growth, start)', default: '100000' },
  'memory-seconds': { value: 'seconds', description: 'duration of full load (memory)', default: '60' },
  sakila: { value: 'folder', description: 'the CSV files of the Sakila sample database (import)' },
  out: { value: 'folder', description: 'where to write the results', default: 'docs/bench' },
} as const;

/** Returns the usage of `npm run bench`. */
export const usageOf = (sections: readonly string[]): Usage<keyof typeof options> => ({
  command: 'npm run bench --',
  summary: `Measures the service and writes the results. Sections: ${sections.join(', ')}.`,
  positionals: ['[section...]'],
  options,
});

/**
 * Reads the settings of the arguments; undefined if they request help.
 * @param sections the names of all sections
 * @param defaults the sections to run if the arguments name none
 * @throws UnusableInput
 */
export function readSettings<Name extends string>(
  args: readonly string[],
  sections: readonly Name[],
  defaults: readonly Name[],
): (Settings & { readonly sections: readonly Name[] }) | undefined {
  const given = readArguments(usageOf(sections), args);
  if (given === undefined) return undefined;
  const { positionals, options: values } = given;
  const unknown = positionals.filter((name) => !(sections as readonly string[]).includes(name));
  if (unknown.length > 0) {
    throw new UnusableInput(`Unknown section ${unknown.join(', ')}. Sections: ${sections.join(', ')}.`);
  }
  return {
    sections: positionals.length > 0 ? (positionals as Name[]) : defaults,
    rounds: positive('rounds', values.rounds!),
    seconds: positive('seconds', values.seconds!),
    connections: positive('connections', values.connections!),
    movies: positive('movies', values.movies!),
    memorySeconds: positive('memory-seconds', values['memory-seconds']!),
    sakila: values.sakila,
    out: values.out!,
  };
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new UnusableInput(`--${name} must be a whole number above zero; it is ${JSON.stringify(text)}.`);
}
