import { AbstractLogger, DataSource, type MigrationInterface } from 'typeorm';
import { dataSourceOptions } from '../../ormconfig.js';
import { openDatabaseAt } from '../support/database/database.js';
import { emptyDatabase, type FreshDatabase, isSqlite } from '../support/engine.js';
import { executeRaw, queryRaw } from '../support/database/raw-database.js';
import { repositories } from '../support/faults/stress-test.js';

/** TypeORM prints every failing migration to the console. */
class SilentLogger extends AbstractLogger {
  protected writeLog(): void {}
}

type Migrations = (new () => MigrationInterface)[];

describe('the migration of text comparison keys', () => {
  let database: FreshDatabase;
  beforeEach(async () => {
    database = await emptyDatabase();
    await withMigrations(former, (source) => source.runMigrations({ transaction: 'each' }));
  });
  afterEach(() => database.drop());

  const all = dataSourceOptions('sqlite:x').migrations as Migrations;
  const former = all.slice(
    0,
    all.findIndex(({ name }) => name.startsWith('CompareTextAnew')),
  );
  const withIt = all.slice(0, former.length + 1);

  async function withMigrations<Result>(migrations: Migrations, work: (source: DataSource) => Promise<Result>) {
    const source = await new DataSource({ ...dataSourceOptions(database.url), migrations }).initialize();
    return work(source).finally(() => source.destroy());
  }
  const migrate = () => openDatabaseAt(database.url, { logger: new SilentLogger() }).then(({ close }) => close());
  const sql = (text: string) => executeRaw(database.url, text);
  const rows = (text: string) => queryRaw(database.url, text);

  /** Stores rows like the former release. */
  const fill = () =>
    sql(`
      INSERT INTO genre (id, name, name_key) VALUES (1, 'Ｄｒａｍａ', 'ｄｒａｍａ'), (2, 'Kömödie', 'kömödie');
      INSERT INTO movie (id, title, title_search, year, genre_id)
        VALUES (1, 'Søren – Again', 'søren – again', 1999, 1), (2, 'はは', 'はは', 1999, 1), (3, 'ぱぱ', 'はは', 1999, 1);
      INSERT INTO movie_copy (id, movie_id, code, service_state)
        VALUES (1, 1, 'DVD-1', 'in_service'), (2, 1, 'ＤＶＤ-2', 'lost');
      INSERT INTO client (id, first_name, last_name, name_search, name_sort, address, license_number)
        VALUES (1, 'Þór', 'Łoś', 'þor łos', 'łos þor', 'A', 'Ab-1'), (7, 'Ann', 'Lee', 'ann lee', 'lee ann', NULL, NULL)`);

  it('recomputes the keys of stored rows, so that they are found', async () => {
    await fill();
    await migrate();
    expect(await rows('SELECT name_key FROM genre ORDER BY id')).toEqual([
      { name_key: 'drama' },
      { name_key: 'kömödie' },
    ]);
    expect(await rows('SELECT title_search FROM movie ORDER BY id')).toEqual(
      ['soren - again', 'はは', 'ぱぱ'].map((title_search) => ({ title_search })),
    );
    expect(await rows('SELECT code, code_key FROM movie_copy ORDER BY id')).toEqual([
      { code: 'DVD-1', code_key: 'dvd-1' },
      { code: 'ＤＶＤ-2', code_key: 'dvd-2' },
    ]);
    expect(await rows('SELECT first_name, name_search, name_sort, license_key FROM client ORDER BY id')).toEqual([
      { first_name: 'Þór', name_search: 'thor los', name_sort: 'los thor', license_key: 'ab-1' },
      { first_name: 'Ann', name_search: 'ann lee', name_sort: 'lee ann', license_key: null },
    ]);
    const { unitOfWork, close } = await openDatabaseAt(database.url);
    const request = { sortBy: 'id', descending: false, limit: 50, includeTotal: false };
    const found = await unitOfWork.read(repositories, async ({ movies, clients, copies }) => [
      await movies.page({ title: 'again soren' }, request),
      await movies.page({ title: 'はは' }, request),
      await clients.page({ name: 'Los, Thor' }, request),
      await clients.page({ licenseNumber: 'AB-1' }, request),
      await copies.page({ code: 'dvd-2' }, request),
    ]);
    await close();
    expect(found.map((page) => page.rows.map(({ id }) => id))).toEqual([[1], [2], [1], [1], [2]]);
  });

  it('recomputes more rows than one span, and writes only rows that differ', async () => {
    const last = 10_001;
    await sql(`
      INSERT INTO genre (id, name, name_key) VALUES (1, 'Drama', 'drama');
      WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < ${last})
      INSERT INTO movie (id, title, title_search, year, genre_id)
      SELECT i, 'Ø ' || i, CASE i % 2 WHEN 0 THEN 'o ' || i ELSE 'ø ' || i END, 1999, 1 FROM numbers`);
    await migrate();
    const wrong = await rows(`SELECT id FROM movie WHERE title_search <> 'o ' || id`);
    expect(wrong).toEqual([]);
  });

  it.each<[what: string, planted: string, message: RegExp]>([
    [
      'genres',
      `INSERT INTO genre (id, name, name_key) VALUES (3, 'DRAMA', 'drama'), (4, 'Drama' || chr(8203), 'drama' || chr(8203))`,
      /These genres have the same name: ids \(1, 3, 4\)\. .*PATCH \/genres\/\{id\}/,
    ],
    [
      'copies',
      `INSERT INTO movie_copy (id, movie_id, code, service_state)
         VALUES (3, 1, 'dvd-1', 'in_service'), (4, 1, 'dvd-2', 'in_service')`,
      /These copies have the same code: ids \(1, 3\), \(2, 4\)\. .*PATCH \/movie_copies\/\{id\}/,
    ],
    [
      'clients',
      `INSERT INTO client (id, first_name, last_name, name_search, name_sort, license_number)
         VALUES (8, 'A', 'B', 'a b', 'b a', 'aB-1')`,
      /These clients have the same license number: ids \(1, 8\)\. .*PATCH \/clients\/\{id\}/,
    ],
  ])('names the %s that are no longer distinguished, and changes nothing', async (_, planted, message) => {
    await fill();
    await sql(isSqlite() ? planted.replaceAll('chr(', 'char(') : planted);
    const tables = () =>
      Promise.all(
        ['genre', 'movie', 'movie_copy', 'client'].map((table) => rows(`SELECT * FROM ${table} ORDER BY id`)),
      );
    const before = await tables();
    const error = await migrate().catch((reason: Error) => reason);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toMatch(/Nothing was changed.*Correct them with it, then start this one\.$/);
    expect((error as Error).message).not.toMatch(/ab-1/i);
    expect(await tables()).toEqual(before);
    // As the message demands.
    await sql(`
      UPDATE genre SET name = 'Other ' || id, name_key = 'other ' || id WHERE id > 2;
      UPDATE movie_copy SET code = 'other ' || id WHERE id > 2; UPDATE client SET license_number = NULL WHERE id = 8`);
    await migrate();
  });

  it('restores, when reverted, the former schema and the keys of the former release', async () => {
    const schema = async () => [
      await rows(
        isSqlite()
          ? `SELECT tables.name AS "table", columns.* FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
             WHERE tables.type = 'table' ORDER BY tables.name, columns.name`
          : `SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default, collation_name
             FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, column_name`,
      ).then((columns) => columns.map((column) => ({ ...column, cid: undefined }))),
      await rows(
        isSqlite()
          ? `SELECT name, tbl_name, trim(replace(sql, '"', '')) AS sql FROM sqlite_schema WHERE type <> 'table' ORDER BY name`
          : `SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname`,
      ),
    ];
    const [before] = [await schema()];
    await fill();
    await withMigrations(withIt, (source) => source.runMigrations({ transaction: 'each' }));
    await sql(`DELETE FROM client WHERE id = 7; UPDATE client SET first_name = NULL`);
    await withMigrations(withIt, (source) => source.undoLastMigration({ transaction: 'each' }));
    expect(await schema()).toEqual(before);
    expect(await rows('SELECT name_key FROM genre ORDER BY id')).toEqual([
      { name_key: 'ｄｒａｍａ' },
      { name_key: 'kömödie' },
    ]);
    expect(await rows('SELECT title_search FROM movie ORDER BY id')).toEqual(
      ['søren – again', 'はは', 'はは'].map((title_search) => ({ title_search })),
    );
    expect(await rows('SELECT first_name, name_search FROM client')).toEqual([{ first_name: '', name_search: ' łos' }]);
    if (isSqlite()) expect(await rows(`SELECT seq FROM sqlite_sequence WHERE name = 'client'`)).toEqual([{ seq: 7 }]);
    await sql(`UPDATE client SET first_name = 'A'`);
    await migrate();
  });
});
