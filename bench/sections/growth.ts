import type { Bench } from '../bench.js';
import { Contender } from '../contender.js';
import type { Findings, Goal } from '../report/figures.js';
import { type ShopSize, shopOf } from '../target.js';
import type { WorkName } from '../works.js';

const works = [
  'GET /movies/{id}',
  'GET /movies?limit=20',
  'GET /movies?limit=20&cursor=',
  'GET /movies?title=',
  'rent, then close',
  'close, after rent',
  'GET /clients/{id}/standing',
  'GET /movie_rent_details?overdue=true',
  'GET /movie_rent_details?is_open=true&overdue=true&sort=due_datetime',
] as const satisfies readonly WorkName[];

/** With a long history: ten lines of rentals for each movie, every second one late. A thousand lines are open. */
export const withPast = (movies: number): ShopSize => shopOf(movies, 10 * movies, 1000);

/** The slowdown of a large shop compared with a small one, on both databases. */
export async function growth(bench: Bench): Promise<Findings> {
  const sizes = [withPast(1000), withPast(bench.settings.movies)];
  const createDatabase = await bench.startPostgres();
  const onSqlite = await growthOf(bench, sizes, 'SQLite', (name) =>
    Promise.resolve(`sqlite:${bench.file(`growth-${name}`)}`),
  );
  const onPostgres = await growthOf(bench, sizes, 'PostgreSQL', createDatabase);
  return {
    rows: [...onSqlite.rows, ...onPostgres.rows],
    goals: [...onSqlite.goals, ...onPostgres.goals],
    notes: [
      'A goal is the p50 of the large shop over that of the small one. "Rent, then close" times the renting, ' +
        '"close, after rent" the closing. The page by cursor is page 10,000, or the last where there are fewer.',
    ],
  };
}

async function growthOf(
  bench: Bench,
  sizes: readonly ShopSize[],
  engine: string,
  createDatabase: (name: string) => Promise<string>,
): Promise<Omit<Findings, 'notes'>> {
  const contenders: Contender[] = [];
  const names = sizes.map(({ movies }) => `${movies} movies on ${engine}`);
  for (const [position, size] of sizes.entries()) {
    const databaseUrl = await createDatabase(`shop_of_${size.movies}_${position}`);
    const opens = (url: string, opened?: ShopSize) => Contender.ours(names[position]!, url, opened);
    contenders.push(await bench.filled(opens, databaseUrl, size));
  }

  const rounds = await bench.rounds(
    engine,
    works.flatMap((work) => contenders.map((contender) => bench.of(contender, work))),
  );

  const [small, large] = names as [string, string];
  return {
    rows: rounds.rows([{ contender: small }]),
    goals: works.map((work): Goal => {
      const figure = rounds.ratio(large, work, { contender: small }, 'p50');
      return { work: `${work}, ${engine}`, figure, unit: '× the small shop', bound: { atMost: 1.3 } };
    }),
  };
}
