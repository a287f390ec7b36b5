/** Variables that other programs read. Setting one is not evidence of a misspelling. */
const ofOtherPrograms = new Set(
  'CORS_ORIGIN CORS_ALLOWED_ORIGINS DATABASE_URI DATABASE_URLS HOSTNAME HOSTS PORTS LOGLEVEL LOG_LEVELS'.split(' '),
);

export interface Misspelling {
  readonly found: string;
  readonly meant: string;
  /** Whether the name can only be a typing error, so that the service must not start without the setting. */
  readonly isCertain: boolean;
}

/**
 * Finds environment variables whose name is one of `known`, misspelled, where the variable of the right name is unset.
 *
 * A certain misspelling is one of a name of several words: a letter or two wrong, missing, doubled or swapped, or
 * another case. Single words (PORT, HOST) resemble too many variables of other programs, and Kubernetes adds
 * `<SERVICE>_PORT` and the like: those must not prevent the service from starting.
 */
export function findMisspellings(variables: NodeJS.ProcessEnv, known: readonly string[]): Misspelling[] {
  const unset = known.filter((name) => !variables[name]);
  return Object.keys(variables)
    .filter((found) => variables[found] && !known.includes(found))
    .flatMap((found) => {
      const meant = unset.find((name) => resembles(found, name));
      if (!meant) return [];
      return [{ found, meant, isCertain: meant.includes('_') && !ofOtherPrograms.has(found.toUpperCase()) }];
    });
}

function resembles(found: string, name: string): boolean {
  const upper = found.toUpperCase().replaceAll(/[-.]/g, '_');
  return upper === name || distance(upper, name) <= (name.includes('_') ? 2 : 1);
}

/** Edit distance with transpositions (optimal string alignment distance). */
function distance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= one.length; i++) {
    const row = (rows[i] = [i]);
    for (let j = 1; j <= other.length; j++) {
      const substitution = rows[i - 1]![j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1);
      row[j] = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, substitution);
      const isSwap = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      if (isSwap) row[j] = Math.min(row[j]!, rows[i - 2]![j - 2]! + 1);
    }
  }
  return rows[one.length]![other.length]!;
}
