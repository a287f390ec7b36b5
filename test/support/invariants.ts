import type { Api } from './app.js';
import { rowsBehindItsBack } from './fault-injection.js';
import { readAll } from './paging.js';

interface Genre {
  readonly id: number;
}
interface Copy {
  readonly id: number;
  readonly movie_id: number;
  readonly service_state: string;
  readonly is_available: boolean;
}
interface Movie {
  readonly id: number;
  readonly genre_id: number;
  readonly stock: number;
  readonly available: number;
  readonly copies: readonly Copy[];
}
interface Line {
  readonly movie_rent_id: number;
  readonly movie_copy_id: number;
  readonly lent_datetime: string;
  readonly returned_datetime: string | null;
  readonly lost_datetime: string | null;
  readonly movie_copy: { readonly id: number; readonly movie_id: number };
}
interface Rent {
  readonly id: number;
  readonly client_id: number;
  readonly is_closed: boolean;
  readonly creation_datetime: string;
  readonly closed_datetime: string | null;
  readonly details: readonly Line[];
}

/** What a shop shows and holds that contradicts its rules, row by row. Where all is in order, nothing does. */
export async function disorderIn(api: Api, databaseUrl: string): Promise<string[]> {
  return [...(await disorderShown(api)), ...(await disorderHeld(databaseUrl))];
}

async function disorderShown(api: Api): Promise<string[]> {
  const genres = byId(await readAll<Genre>(api, '/genres'));
  const clients = byId(await readAll<{ id: number }>(api, '/clients'));
  const movies = await readAll<Movie>(api, '/movies');
  const copies = await readAll<Copy>(api, '/movie_copies');
  const rents = await readAll<Rent>(api, '/movie_rents');

  const open = rents.flatMap(({ details }) => details).filter((line) => endOf(line) === null);
  const out = new Set(open.map(({ movie_copy_id }) => movie_copy_id));
  const [movieById, copyById] = [byId(movies), byId(copies)];
  const disorder: string[] = [];
  const expectOf = (row: string, ...rules: (readonly [string, boolean])[]): void => {
    disorder.push(...rules.filter(([, holds]) => !holds).map(([rule]) => `${row}: ${rule}`));
  };

  expectOf('open lines', ['have a copy each', open.length === out.size]);
  for (const { id, client_id, is_closed, creation_datetime, closed_datetime, details } of rents) {
    const returns = details.map(endOf);
    const last = returns.includes(null) ? null : (returns.sort().at(-1) ?? null);
    expectOf(
      `rent ${id}`,
      ['has a client', clients.has(client_id)],
      ['is closed when no line is open', is_closed === (last !== null)],
      ['was closed by the last return', closed_datetime === last],
      ['was closed after it began', closed_datetime === null || closed_datetime >= creation_datetime],
      ['has lines', details.length > 0],
      [
        'has lines that were lent before they came back',
        details.every((line) => line.lent_datetime <= (endOf(line) ?? line.lent_datetime)),
      ],
      ['has lines that ended in one way', details.every((line) => !line.returned_datetime || !line.lost_datetime)],
      ['has its own lines', details.every(({ movie_rent_id }) => movie_rent_id === id)],
      [
        'lends copies as they are',
        details.every(({ movie_copy_id, movie_copy }) => {
          const copy = copyById.get(movie_copy_id);
          return copy?.id === movie_copy.id && copy.movie_id === movie_copy.movie_id;
        }),
      ],
    );
  }
  for (const { id, movie_id, service_state, is_available } of copies) {
    expectOf(
      `copy ${id}`,
      ['has a movie', movieById.has(movie_id)],
      ['is available when in service and not out', is_available === (service_state === 'in_service' && !out.has(id))],
    );
  }
  for (const { id, genre_id, stock, available, copies: shown } of movies) {
    const its = copies.filter(({ movie_id }) => movie_id === id);
    const inStock = its.filter(({ service_state }) => !['lost', 'retired'].includes(service_state));
    expectOf(
      `movie ${id}`,
      ['has a genre', genres.has(genre_id)],
      ['has its stock', stock === inStock.length],
      ['counts its available copies', available === its.filter(({ is_available }) => is_available).length],
      ['shows the copies in stock', isSubset(shown, inStock.slice(0, 200))],
    );
  }
  return disorder;
}

/** What no answer could show: rows that belong to nothing, and keys that broke off. */
async function disorderHeld(databaseUrl: string): Promise<string[]> {
  const queries = Object.entries(orphans).map(async ([rule, sql]) => {
    const rows = await rowsBehindItsBack(databaseUrl, sql);
    return rows.map((row) => `${rule}: ${JSON.stringify(row)}`);
  });
  return (await Promise.all(queries)).flat();
}

const orphan = (table: string, parent: string): [string, string] => [
  `${table} without ${parent}`,
  `SELECT id, ${parent}_id FROM ${table} WHERE ${parent}_id NOT IN (SELECT id FROM ${parent})`,
];
const orphans: Readonly<Record<string, string>> = {
  ...Object.fromEntries([
    orphan('movie', 'genre'),
    orphan('movie_copy', 'movie'),
    orphan('movie_rent', 'client'),
    orphan('movie_rent_detail', 'movie_rent'),
    orphan('movie_rent_detail', 'movie_copy'),
  ]),
  'movie_rent without lines': 'SELECT id FROM movie_rent WHERE id NOT IN (SELECT movie_rent_id FROM movie_rent_detail)',
  'loan while another one lasts': `
    SELECT later.id FROM movie_rent_detail AS later JOIN movie_rent_detail AS earlier
      ON earlier.movie_copy_id = later.movie_copy_id AND earlier.id <> later.id
    WHERE later.lent_datetime > earlier.lent_datetime
      AND later.lent_datetime < COALESCE(earlier.returned_datetime, earlier.lost_datetime)`,
  'copy in two hands':
    'SELECT movie_copy_id FROM movie_rent_detail WHERE COALESCE(returned_datetime, lost_datetime) IS NULL GROUP BY movie_copy_id HAVING COUNT(*) > 1',
};

/** Whether each row has the members of the other list's row, which may have more. */
const isSubset = (rows: readonly object[], others: readonly object[]): boolean =>
  rows.length === others.length &&
  rows.every((row, index) => {
    const other = new Map<string, unknown>(Object.entries(others[index]!));
    return Object.entries(row).every(([name, value]) => other.get(name) === value);
  });

const endOf = ({ returned_datetime, lost_datetime }: Line): string | null => returned_datetime ?? lost_datetime;

const byId = <Row extends { readonly id: number }>(rows: readonly Row[]): Map<number, Row> =>
  new Map(rows.map((row) => [row.id, row]));
