import type { Api } from '../app.js';
import { runCommand } from '../command.js';
import { readAll } from '../http/paging.js';
import type { CopyBody, LineBody, MovieBody, RentBody } from '../bodies.js';

/**
 * The oracle of the shop's invariants: the findings of `npm run verify` in a database, which may be served meanwhile.
 * test/database/verifying.spec.ts plants a violation of each invariant.
 */
export async function invariantViolations(databaseUrl: string): Promise<string[]> {
  const { code, stdout, stderr } = await runCommand('verify', { DATABASE_URL: databaseUrl });
  const findings = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('  '));
  const verdict = findings.pop();
  if (code === 0 && verdict?.startsWith('No findings')) return findings;
  if (findings.length > 0) return findings;
  throw new Error(`npm run verify failed: ${stdout}${stderr}`);
}

/** The movies, copies and rentals in responses of the service. */
interface Representations {
  readonly movies: readonly MovieBody[];
  readonly copies: readonly CopyBody[];
  readonly rents: readonly RentBody[];
}

export async function readRepresentations(api: Api): Promise<Representations> {
  return {
    movies: await readAll<MovieBody>(api, '/movies'),
    copies: await readAll<CopyBody>(api, '/movie_copies'),
    rents: await readAll<RentBody>(api, '/movie_rents'),
  };
}

/**
 * Compares the members that responses derive with the rows that other responses show: whether a rental is closed,
 * whether a copy is available, how many copies a movie has.
 */
export function representationViolations({ movies, copies, rents }: Representations): string[] {
  const openLines = rents.flatMap(({ details }) => details).filter((line) => endOf(line) === null);
  const out = new Set(openLines.map(({ movie_copy_id }) => movie_copy_id));
  const movieOfCopy = new Map(copies.map(({ id, movie_id }) => [id, movie_id]));
  const violations: string[] = [];
  const check = (row: string, member: string, holds: boolean): void => {
    if (!holds) violations.push(`${row}: ${member}`);
  };

  for (const { id, is_closed, closed_datetime, details } of rents) {
    const ends = details.map(endOf);
    const lastEnd = ends.includes(null) ? null : (ends.sort().at(-1) ?? null);
    check(`rent ${id}`, 'is_closed', is_closed === (lastEnd !== null));
    check(`rent ${id}`, 'closed_datetime', closed_datetime === lastEnd);
    for (const { movie_rent_id, movie_copy_id, movie_copy } of details) {
      check(`rent ${id}`, 'details.movie_rent_id', movie_rent_id === id);
      check(`rent ${id}`, 'details.movie_copy', movie_copy.id === movie_copy_id);
      check(`rent ${id}`, 'details.movie_copy.movie_id', movie_copy.movie_id === movieOfCopy.get(movie_copy_id));
    }
  }
  for (const { id, service_state, is_available } of copies) {
    check(`copy ${id}`, 'is_available', is_available === (service_state === 'in_service' && !out.has(id)));
  }
  for (const { id, stock, available, copies: shown } of movies) {
    const ofMovie = copies.filter(({ movie_id }) => movie_id === id);
    const inStock = ofMovie.filter(({ service_state }) => !['lost', 'retired'].includes(service_state));
    check(`movie ${id}`, 'stock', stock === inStock.length);
    check(`movie ${id}`, 'available', available === ofMovie.filter(({ is_available }) => is_available).length);
    check(`movie ${id}`, 'copies', isSubset(shown, inStock.slice(0, 200)));
  }
  return violations;
}

/** Whether each row has the members of the other list's row, which may have more. */
const isSubset = (rows: readonly object[], others: readonly object[]): boolean =>
  rows.length === others.length &&
  rows.every((row, index) => {
    const other = new Map<string, unknown>(Object.entries(others[index]!));
    return Object.entries(row).every(([name, value]) => other.get(name) === value);
  });

const endOf = ({ returned_datetime, lost_datetime }: LineBody): string | null => returned_datetime ?? lost_datetime;
