import { type Api, openShop, type RunningShop } from '../support/app.js';
import { freshDatabase, type FreshDatabase, isSqlite } from '../support/engine.js';
import { readAll } from '../support/http/paging.js';
import { runCommand } from '../support/command.js';
import { hasSakila, sakilaFolder, sakilaIsMissing, writeSakila } from '../support/sakila.js';
import { describeIf } from '../support/skipping.js';
import type { MovieBody, RentBody } from '../support/bodies.js';

function importSakila(): void {
  let database: FreshDatabase;
  let shop: RunningShop;
  let api: Api;
  let firstImport: string;

  beforeAll(async () => {
    database = await freshDatabase();
    firstImport = await runImport();
    await serve();
  });
  afterAll(async () => {
    await shop.close();
    await database.drop();
  });

  async function serve(): Promise<void> {
    shop = await openShop({ databaseUrl: database.url });
    ({ api } = shop);
  }

  async function runImport(): Promise<string> {
    const { code, stdout, stderr } = await runCommand('import-sakila', { DATABASE_URL: database.url }, [sakilaFolder]);
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    return stdout;
  }

  async function totalOf(path: string): Promise<number> {
    const { headers } = await api.get(path).query({ limit: 1, include_total: true }).expect(200);
    return Number(headers['x-total-count']);
  }

  const totals = async () => ({
    genres: await totalOf('/genres'),
    movies: await totalOf('/movies'),
    copies: await totalOf('/movie_copies'),
    clients: await totalOf('/clients'),
    rents: await totalOf('/movie_rents'),
    open: await totalOf('/movie_rents?is_closed=false'),
  });
  const sakila = { genres: 16, movies: 1000, copies: 4581, clients: 599, rents: 16_044, open: 183 };

  it('adds every genre, movie, copy, client and rental', async () => {
    expect(firstImport).toMatch(/rents +16044 added/);
    expect(await totals()).toEqual(sakila);
  });

  it('results in 183 copies that are out, and 42 movies without copies', async () => {
    const movies = await readAll<MovieBody>(api, '/movies');
    expect(movies).toHaveLength(1000);
    const sum = (count: (movie: MovieBody) => number) => movies.reduce((total, movie) => total + count(movie), 0);
    expect(sum(({ stock }) => stock)).toBe(4581);
    expect(sum(({ stock, available }) => stock - available)).toBe(183);
    expect(movies.filter(({ stock }) => stock === 0)).toHaveLength(42);
  });

  it('shows who has them', async () => {
    const open = await readAll<RentBody>(api, '/movie_rents', 'is_closed=false');
    expect(open).toHaveLength(183);
    expect(new Set(open.map((rent) => rent.client_id)).size).toBe(159);
  });

  // Reads all rentals on SQLite only: test/database/postgres/copying-sakila.spec.ts compares each row of both
  // databases.
  if (isSqlite())
    it('shows the title that was rented most', async () => {
      const rents = await readAll<RentBody>(api, '/movie_rents');
      expect(rents).toHaveLength(16_044);
      const lendings = new Map<string, number>();
      for (const { title } of rents.flatMap(({ details }) => details.map((line) => line.movie_copy.movie))) {
        lendings.set(title, (lendings.get(title) ?? 0) + 1);
      }
      const [most] = [...lendings].sort(([, one], [, other]) => other - one);
      expect(most).toEqual(['BUCKET BROTHERHOOD', 34]);
    });

  it('adds nothing in a repeated import', async () => {
    await shop.close();
    const summary = await runImport();
    await serve();
    expect(summary.match(/ 0 added/g)).toHaveLength(5);
    expect(await totals()).toEqual(sakila);
  });
}

describeIf(hasSakila, sakilaIsMissing)('importing Sakila', importSakila);

describe('npm run import:sakila', () => {
  let database: FreshDatabase;
  beforeAll(async () => (database = await freshDatabase()));
  afterAll(() => database.drop());

  const run = (...args: string[]) => runCommand('import-sakila', { DATABASE_URL: database.url }, args);

  it('refuses files that are not UTF-8 with every fault, and accepts them with --encoding', async () => {
    const names = Buffer.from('category_id,name\n1,Comédie\n2,Drame\n', 'latin1');
    const { folder, drop } = await writeSakila({ 'category.csv': names });
    const refused = await run(folder);
    expect(refused.stderr).toMatch(
      /^Nothing was imported: the files have 1 fault\.\n {2}category\.csv, line 2, column 6: is not UTF-8 text; .*\n$/,
    );
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect((await run(folder, '--encoding', 'latin1')).stdout).toMatch(/genres +2 added +0 already present/);
    await drop();
  });

  it('states its usage if an option is unknown', async () => {
    const { code, stderr } = await run('folder', '--encodings', 'latin1');
    expect(stderr).toMatch(
      /^Unknown option '--encodings'.*\nUsage: npm run import:sakila -- <folder> \[--encoding <encoding>\]\n$/,
    );
    expect(code).toBe(1);
  });
});
