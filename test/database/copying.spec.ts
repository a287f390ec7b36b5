import { PassThrough } from 'node:stream';
import { dataSourceOptions } from '../../ormconfig.js';
import { copyShop } from '../../scripts/support/copy-shop.js';
import { readDatasets } from '../../scripts/import/datasets.js';
import { loadShop } from '../../scripts/import/load-shop.js';
import { Progress } from '../../scripts/support/progress.js';
import { withDatabase, withReadOnlyDatabase } from '../../src/platform/database/with-database.js';
import { RawGenres } from '../support/database/raw-tables.js';
import { type Api, openShop } from '../support/app.js';
import { emptyDatabase, type FreshDatabase, freshFile, isSqlite } from '../support/engine.js';
import { linksOf } from '../support/http/paging.js';
import { executeRaw } from '../support/database/raw-database.js';
import { runCommand } from '../support/command.js';

const silent = new Progress(new PassThrough());

const copy = (from: string, to: string) =>
  withReadOnlyDatabase(dataSourceOptions(from), (source) =>
    withDatabase(dataSourceOptions(to), (target) => copyShop(source, target, silent)),
  );

async function serving<Result>(url: string, use: (api: Api) => Promise<Result>): Promise<Result> {
  const shop = await openShop({ databaseUrl: url });
  return use(shop.api).finally(() => shop.close());
}

const countGenres = (url: string) =>
  withReadOnlyDatabase(dataSourceOptions(url), (unitOfWork) =>
    unitOfWork.read({ genres: RawGenres }, ({ genres }) => genres.count()),
  );

describe('a shop that is copied from one database to another and back', () => {
  /** The copies lead from a SQLite file to the database of the tests, and back to another file. */
  let here: FreshDatabase, there: FreshDatabase, back: FreshDatabase;
  let report: string;
  let answered: object;
  let deletedId: number;
  const keyed = { first_name: 'Asked', last_name: 'Twice', address: '1 Road' };

  const lists = [
    '/genres',
    '/movies?expand=genre&sort=title',
    '/movies?title=the',
    '/movie_copies',
    '/clients',
    '/movie_rents?expand=client',
  ];

  beforeAll(async () => {
    [here, there, back] = [await freshFile(), await emptyDatabase(), await freshFile()];
    await withDatabase(dataSourceOptions(here.url), async (unitOfWork) =>
      loadShop(unitOfWork, await readDatasets('datasets'), silent),
    );
    await serving(here.url, async (api) => {
      answered = (await api.post('/clients').set('Idempotency-Key', 'once').send(keyed).expect(201)).body as object;
      const ids: number[] = [];
      for (const name of ['Gap', 'Kept', 'Last']) {
        ids.push(((await api.post('/genres').send({ name }).expect(201)).body as { id: number }).id);
      }
      const [gapId, , lastId] = ids as [number, number, number];
      for (const id of [gapId, lastId]) await api.delete(`/genres/${id}`).expect(204);
      deletedId = lastId;
    });
    ({ stdout: report } = await runCommand('copy', {}, [here.url, there.url]));
  });
  afterAll(async () => {
    for (const database of [here, there, back]) await database.drop();
  });

  it('is reported table by table, with counts and digests and without a password', () => {
    const name = isSqlite() ? there.url : there.url.replace('postgres:postgres@', 'postgres@');
    expect(report).toContain(`Copied ${here.url} to ${name}, and verified by reading it back:\n`);
    expect(report).toMatch(/ movie_copy +68 rows {2}sha256 [0-9a-f]{64}\n/);
  });

  it('contains every table of the entities, also future ones', async () => {
    const tables = await withReadOnlyDatabase(dataSourceOptions(here.url), (unitOfWork) =>
      unitOfWork.read({ genres: RawGenres }, ({ genres }) =>
        // The tables of full-text indexes are virtual or shadow tables.
        genres.query<{ name: string }[]>(
          `SELECT name FROM pragma_table_list
           WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'migrations'`,
        ),
      ),
    );
    const copied = [...report.matchAll(/^ {2}(\w+) .* rows /gm)].map(([, table]) => table!);
    expect(copied.sort()).toEqual(tables.map(({ name }) => name).sort());
  });

  it('is equal in all three databases, and has equal responses, byte by byte', async () => {
    const digests = (await copy(there.url, back.url)).map(({ name, rows, digest }) => `${name} ${rows} ${digest}`);
    for (const line of digests) expect(report.replace(/ +(\d+) rows +sha256/g, ' $1')).toContain(line);
    expect(digests).toHaveLength(report.match(/ rows +sha256 /g)!.length);
    const answers: string[][] = [];
    for (const { url } of [here, there, back]) {
      await serving(url, async (api) => {
        const texts: string[] = [];
        for (const list of lists) texts.push((await api.get(list).expect(200)).text);
        answers.push(texts);
      });
    }
    expect(answers[0]!.join().length).toBeGreaterThan(10_000);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  it('replays idempotency keys of the source, and assigns ids that were never assigned', async () => {
    await serving(there.url, async (api) => {
      const again = await api.post('/clients').set('Idempotency-Key', 'once').send(keyed).expect(201);
      expect(again.body).toEqual(answered);
      const { body: genre } = await api.post('/genres').send({ name: 'New' }).expect(201);
      expect((genre as { id: number }).id).toBeGreaterThan(deletedId);
      const rent = { client_id: 1, details: [{ movie_copy_id: 1 }] };
      await api.post('/movie_rents').send(rent).expect(201);
    });
  });

  it('accepts the cursors of the source', async () => {
    const first = '/movies?limit=7&sort=title';
    const pageAfter = async (api: Api, url: string) => {
      const page = await api.get(url).expect(200);
      return { titles: page.text, next: linksOf(page).next! };
    };
    const { next } = await serving(here.url, (api) => pageAfter(api, first));
    const expected = await serving(here.url, (api) => pageAfter(api, next));
    expect(await serving(there.url, (api) => pageAfter(api, next))).toEqual(expected);
  });

  it('is refused by a database that is not empty, which stays unchanged', async () => {
    const before = await countGenres(there.url);
    await expect(copy(here.url, there.url)).rejects.toThrow(
      /^The target isn't empty: its client has 15 rows\. Choose a new database: a shop is copied into an empty one only\./,
    );
    expect(await countGenres(there.url)).toBe(before);
  });

  it('is refused by a database that changes the rows that it is given, and nothing is stored', async () => {
    const altering = await emptyDatabase();
    await withDatabase(dataSourceOptions(altering.url), () => Promise.resolve());
    await executeRaw(
      altering.url,
      isSqlite()
        ? `CREATE TRIGGER planted AFTER INSERT ON movie WHEN NEW.id = 7
           BEGIN UPDATE movie SET title = 'Altered' WHERE id = 7; END`
        : `CREATE FUNCTION alter_it() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN IF NEW.id = 7 THEN NEW.title = 'Altered'; END IF; RETURN NEW; END $$;
           CREATE TRIGGER planted BEFORE INSERT ON movie FOR EACH ROW EXECUTE FUNCTION alter_it()`,
    );
    await expect(copy(here.url, altering.url)).rejects.toThrow(
      /^The target changes the rows that it is given: 31 rows of movie with the digest [0-9a-f]{64} became 31 with /,
    );
    expect(await countGenres(altering.url)).toBe(0);
    await altering.drop();
  });
});

describe('npm run copy', () => {
  it('names the invalid URL without quoting it, since it may contain a password', async () => {
    const { code, stderr } = await runCommand('copy', {}, ['sqlite:a.sqlite', 'postgres:/clerk:secret@shop']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^<to-url> .*\.\nnpm run copy -- --help shows the form of a URL\.\n$/);
    expect(stderr).not.toContain('secret');
  });
});
