import type { Progress } from '../../scripts/support/progress.js';
import type { Database } from '../database.js';
import type { ShopSize } from '../target.js';

/** Rows per statement. */
const batchSize = 20_000;

const adjectives = ['Silent', 'Crimson', 'Broken', 'Golden', 'Hidden', 'Savage', 'Frozen'];
const nouns = [
  'Harbor',
  'Mirror',
  'Orchard',
  'Engine',
  'Lantern',
  'Canyon',
  'Signal',
  'Winter',
  'Garden',
  'Tunnel',
  'Circus',
];

/** The title of the `id`th movie. */
export function titleOf(id: number): string {
  return `The ${adjectives[id % adjectives.length]} ${nouns[id % nouns.length]} ${id}`;
}

const title = `'The ' || ${choice(adjectives)} || ' ' || ${choice(nouns)} || ' ' || i`;
const month = (i: string) => `'20' || (10 + ${i} % 14) || '-' || (10 + ${i} % 3)`;
const date = (i: string) => `${month(i)} || '-' || (10 + ${i} % 19)`;
const instant = (i: string) => `${date(i)} || 'T12:00:00.000Z'`;

type Columns = Readonly<Record<string, string>>;

/** The columns of the `i`th row of every table, as SQL that both databases understand. */
function tables({
  movies,
  copies,
  clients,
  lines,
  openLines,
}: ShopSize): [table: string, rows: number, columns: Columns][] {
  return [
    ['genre', 16, { name: `'Genre ' || i`, name_key: `'genre ' || i` }],
    [
      'movie',
      movies,
      {
        title,
        title_search: `lower(${title})`,
        description: `'What movie ' || i || ' is about, in a sentence or two as a clerk would write it.'`,
        year: '1950 + i % 70',
        director: `'Director ' || (i % 500)`,
        director_search: `'director ' || (i % 500)`,
        genre_id: '1 + i % 16',
      },
    ],
    [
      'movie_copy',
      copies,
      {
        movie_id: `1 + (i - 1) % ${movies}`,
        code: `'BENCH-' || i`,
        code_key: `'bench-' || i`,
        service_state: `'in_service'`,
      },
    ],
    [
      'client',
      clients,
      {
        first_name: `'Alvin'`,
        last_name: `'Straight ' || i`,
        name_search: `'alvin straight ' || i`,
        name_sort: `'straight ' || i || ' alvin'`,
      },
    ],
    ['movie_rent', Math.ceil(lines / 2), { client_id: `1 + i % ${clients}`, creation_datetime: instant('i') }],
    [
      'movie_rent_detail',
      lines,
      {
        movie_rent_id: '(i + 1) / 2',
        client_id: `1 + ((i + 1) / 2) % ${clients}`,
        movie_copy_id: `1 + i % ${copies}`,
        lent_datetime: instant('i'),
        // Due on the same day. Every second one was returned on the 30th, which is late.
        returned_datetime:
          `CASE WHEN i > ${lines - openLines} THEN NULL ` +
          `WHEN i % 2 = 0 THEN ${instant('i')} ELSE ${month('i')} || '-30T12:00:00.000Z' END`,
        due_on: date('i'),
        due_datetime: `${date('i')} || 'T23:59:59.999Z'`,
        time_zone: `'UTC'`,
      },
    ],
  ];
}

/**
 * Fills an empty schema with a shop of a size, by few and large statements. Columns that the schema doesn't have are
 * left out, so the service and the naive version of it get the same shop.
 */
export async function fillShop(database: Database, size: ShopSize, progress: Progress): Promise<void> {
  const total = tables(size).reduce((sum, [, rows]) => sum + rows, 0);
  await progress.step('rows', total, async (advance) => {
    for (const [table, rows, columns] of tables(size)) {
      const known = await database.columnsOf(table);
      const chosen = Object.entries(columns).filter(([column]) => known.has(column));
      const [names, values] = [chosen.map(([name]) => name), chosen.map(([, value]) => value)];
      for (let first = 1; first <= rows; first += batchSize) {
        const last = Math.min(rows, first + batchSize - 1);
        await database.run(
          `WITH RECURSIVE numbers(i) AS (SELECT ${first} UNION ALL SELECT i + 1 FROM numbers WHERE i < ${last})
           INSERT INTO ${table} (${names.join(', ')}) SELECT ${values.join(', ')} FROM numbers`,
        );
        advance(last - first + 1);
      }
    }
  });
  await database.settle();
}

function choice(words: readonly string[]): string {
  return `CASE i % ${words.length} ${words.map((word, position) => `WHEN ${position} THEN '${word}'`).join(' ')} END`;
}
