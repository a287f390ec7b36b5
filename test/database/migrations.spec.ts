import { PassThrough } from 'node:stream';
import { DataSource, type MigrationInterface, type QueryRunner, Table, TableColumn } from 'typeorm';
import { dataSourceOptions } from '../../ormconfig.js';
import { readDatasets } from '../../scripts/import/datasets.js';
import { loadShop } from '../../scripts/import/load-shop.js';
import { Progress } from '../../scripts/support/progress.js';
import {
  createTrigramIndex,
  dropTrigramIndex,
  missingTrigramIndexes,
} from '../../src/platform/database/search/trigram-index.js';
import { RawGenres } from '../support/database/raw-tables.js';
import { MovieRepository } from '../../src/movies/movie.repository.js';
import { openDatabaseAt } from '../support/database/database.js';
import { executeRaw, queryRaw } from '../support/database/raw-database.js';
import { emptyDatabase, type FreshDatabase, isSqlite } from '../support/engine.js';

const tables = ['client', 'genre', 'movie', 'movie_copy', 'movie_rent', 'movie_rent_detail'];

const trigramIndexes = [
  ['movie', 'title_search'],
  ['movie', 'director_search'],
  ['client', 'name_search'],
] as const;

/**
 * A migration as a later release may have it. On SQLite TypeORM rebuilds a table to change it, which SQLite refuses while
 * a view reads from it. So views are dropped first and created again last, and so are trigram indexes, whose triggers are
 * dropped with the table.
 */
class WidenEveryTable implements MigrationInterface {
  readonly name = 'WidenEveryTable9000000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [table, column] of trigramIndexes) await dropTrigramIndex(queryRunner, table, column);
    await queryRunner.query('DROP VIEW loan');
    await queryRunner.query('DROP VIEW open_loan');
    for (const table of tables) {
      const planted = new TableColumn({ name: 'planted', type: 'varchar', isNullable: true });
      await queryRunner.addColumn(table, planted);
    }
    await queryRunner.query(`
      CREATE VIEW loan AS
      SELECT movie_rent_detail.id, movie_rent_id, movie_rent.client_id, movie_copy_id,
        returned_datetime, lost_datetime, due_on, due_datetime
      FROM movie_rent_detail LEFT JOIN movie_rent ON movie_rent.id = movie_rent_id`);
    await queryRunner.query(`
      CREATE VIEW open_loan AS
      SELECT id, movie_rent_id, client_id, movie_copy_id, due_on, due_datetime
      FROM movie_rent_detail WHERE returned_datetime IS NULL AND lost_datetime IS NULL`);
    for (const [table, column] of trigramIndexes) await createTrigramIndex(queryRunner, table, column);
  }

  down(): Promise<void> {
    return Promise.resolve();
  }
}

class FailHalfway implements MigrationInterface {
  readonly name = 'FailHalfway9000000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(new Table({ name: 'half_made', columns: [{ name: 'id', type: 'integer' }] }));
    await queryRunner.query('DELETE FROM renewal');
    throw new Error('halfway');
  }

  down(): Promise<void> {
    return Promise.resolve();
  }
}

describe('migrations', () => {
  let database: FreshDatabase;
  beforeEach(async () => (database = await emptyDatabase()));
  afterEach(() => database.drop());

  /** Opens the database like the TypeORM CLI. */
  async function withTool<Result>(job: (dataSource: DataSource) => Promise<Result>): Promise<Result> {
    const dataSource = await new DataSource(dataSourceOptions(database.url)).initialize();
    return job(dataSource).finally(() => dataSource.destroy());
  }

  const migrate = (...following: (new () => MigrationInterface)[]) =>
    openDatabaseAt(database.url, {
      migrations: [...(dataSourceOptions(database.url).migrations as []), ...following],
    }).then(({ close }) => close());

  /** Runs the migrations before the one with this name. */
  async function migrateUpTo(name: string): Promise<void> {
    const all = dataSourceOptions(database.url).migrations as (new () => MigrationInterface)[];
    const migrations = all.slice(
      0,
      all.findIndex((migration) => migration.name.startsWith(name)),
    );
    await openDatabaseAt(database.url, { migrations }).then(({ close }) => close());
  }

  async function fill(): Promise<void> {
    const { unitOfWork, close } = await openDatabaseAt(database.url);
    await loadShop(unitOfWork, await readDatasets('datasets'), new Progress(new PassThrough()));
    await close();
  }

  async function undoAll(dataSource: DataSource): Promise<void> {
    for (const _ of dataSource.migrations) await dataSource.undoLastMigration({ transaction: 'each' });
  }

  const rows = () =>
    withTool(async (dataSource) => {
      const found: Record<string, Record<string, unknown>[]> = {};
      for (const table of tables) found[table] = await dataSource.query(`SELECT * FROM ${table} ORDER BY id`);
      found['loan'] = await dataSource.query('SELECT * FROM loan ORDER BY id');
      return found;
    });

  /** Returns everything in the database except tables of the engine and of TypeORM. */
  async function contents(dataSource: DataSource): Promise<string[]> {
    const own =
      dataSource.options.type === 'sqlite'
        ? `SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' AND tbl_name <> 'migrations'`
        : `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
           AND relname NOT LIKE '%migrations%'`;
    const found = await dataSource.query<{ name: string }[]>(`${own} ORDER BY 1`);
    return found.map(({ name }) => name);
  }

  /** Returns the definitions of all objects in the database, without quotes and white space. */
  async function schema(dataSource: DataSource): Promise<string[]> {
    const own =
      dataSource.options.type === 'sqlite'
        ? `SELECT name, sql AS definition FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'`
        : `SELECT table_name || '.' || column_name AS name, concat_ws(' ', data_type, character_maximum_length,
             is_nullable, column_default, collation_name) AS definition
           FROM information_schema.columns WHERE table_schema = 'public'
           UNION ALL SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
           UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
             WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
           UNION ALL SELECT viewname, definition FROM pg_views WHERE schemaname = 'public'
           UNION ALL SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal`;
    const found = await dataSource.query<{ name: string; definition: string }[]>(own);
    const definitions = found.map(({ name, definition }) => `${name}: ${definition.replace(/[\s"]+/g, '')}`);
    return definitions.filter((one) => !/^(typeorm_)?migrations/.test(one) && !/^pk_?migrations/i.test(one)).sort();
  }

  const done = (dataSource: DataSource): Promise<object[]> => dataSource.query('SELECT name FROM migrations');

  const missing = async (dataSource: DataSource) =>
    (await missingTrigramIndexes(dataSource.manager)).map(({ name }) => name);

  async function differences(dataSource: DataSource): Promise<string[]> {
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    return [...upQueries.map(({ query }) => query), ...(await missing(dataSource))];
  }

  const idsBy = async (filter: { title?: string; director?: string }) => {
    const { unitOfWork, close } = await openDatabaseAt(database.url, { migrations: [] });
    const request = { sortBy: 'id', descending: false, limit: 50, includeTotal: false };
    const page = await unitOfWork.read({ movies: MovieRepository }, ({ movies }) => movies.page(filter, request));
    await close();
    return page.rows.map(({ id }) => id);
  };

  it('create the schema that the entities describe', async () => {
    await migrate();
    expect(await withTool(contents)).toEqual(expect.arrayContaining([...tables, 'loan']));
    expect(await withTool(differences)).toEqual([]);
  });

  it('are compared with the entities: every difference is found', async () => {
    await migrate();
    const found = await withTool(async (dataSource) => {
      await dataSource.query('ALTER TABLE client RENAME COLUMN address TO planted');
      await dataSource.query('DROP INDEX ix_movie_rent_detail_one_open_line_per_copy');
      await dataSource.query(
        isSqlite() ? 'DROP TRIGGER ix_movie_title_search_trigrams_update' : 'DROP INDEX ix_movie_title_search_trigrams',
      );
      return differences(dataSource);
    });
    expect(found.join('\n')).toContain('"address"');
    expect(found.join('\n')).toContain('ix_movie_rent_detail_one_open_line_per_copy');
    expect(found.join('\n')).toContain('ix_movie_title_search_trigrams');
  });

  it('can be reverted on filled tables, and leave nothing behind', async () => {
    await migrate();
    await fill();
    const left = await withTool(async (dataSource) => {
      await undoAll(dataSource);
      return contents(dataSource);
    });
    expect(left).toEqual([]);
  });

  it('restore, when reverted alone, the former schema', async () => {
    const migrations = dataSourceOptions(database.url).migrations as (new () => MigrationInterface)[];
    let found: string[] = [];
    for (const [position, migration] of migrations.entries()) {
      const options = { ...dataSourceOptions(database.url), migrations: migrations.slice(0, position + 1) };
      const dataSource = await new DataSource(options).initialize();
      if (position === 0) found = await schema(dataSource);
      await dataSource.runMigrations({ transaction: 'each' });
      const reached = await schema(dataSource);
      await dataSource.undoLastMigration({ transaction: 'each' });
      const left = await schema(dataSource);
      await dataSource.runMigrations({ transaction: 'each' });
      await dataSource.destroy();
      expect({ migration: migration.name, left }).toEqual({ migration: migration.name, left: found });
      found = reached;
    }
  });

  it('run again after they were reverted, and accept the same rows', async () => {
    await migrate();
    await fill();
    const before = await rows();
    await withTool(async (dataSource) => {
      await undoAll(dataSource);
      await dataSource.runMigrations({ transaction: 'each' });
    });
    expect(await withTool(differences)).toEqual([]);
    await fill();
    expect(await rows()).toEqual(before);
    expect(before['movie_rent_detail']!.length).toBeGreaterThan(10);
  });

  it('change nothing on a second run with filled tables', async () => {
    await migrate();
    await fill();
    const before = await rows();
    await migrate();
    expect(await rows()).toEqual(before);
  });

  it('set the lending time and the client of existing lines, in every span of ids', async () => {
    const day = (number: number) => `2026-01-${String(number).padStart(2, '0')}T00:00:00.000Z`;
    await migrateUpTo('TimeLines');
    /** Id of the line, copy, day of its rental, day of its return. The ids belong to many spans. */
    const lines: [number, number, number, number?][] = [
      [1, 1, 1, 4],
      [10_000, 1, 5],
      // Added to its rental of the first day after another rental had the copy from the second to the third.
      [10_001, 2, 2, 3],
      [20_001, 2, 1, 6],
      [30_000, 2, 6, 7],
      // The same, but still out. Its rental is older than the line that had the copy.
      [30_002, 3, 1],
      [40_000, 3, 2, 8],
    ];
    const clientOf = (rent: number): number => (rent % 10 === 1 ? 2 : 1);
    await executeRaw(
      database.url,
      `INSERT INTO genre (id, name, name_key) VALUES (1, 'Drama', 'drama');
       INSERT INTO movie (id, title, title_search, year, genre_id) VALUES (1, 'Ran', 'ran', 1985, 1);
       INSERT INTO client (id, last_name, name_search, name_sort) VALUES (1, 'A', 'a', 'a'), (2, 'B', 'b', 'b');
       INSERT INTO movie_copy (id, movie_id, code, code_key, service_state)
         VALUES ${[1, 2, 3].map((id) => `(${id}, 1, 'c${id}', 'c${id}', 'in_service')`).join()};
       INSERT INTO movie_rent (id, client_id, creation_datetime)
         VALUES ${lines.map(([id, , made]) => `(${id}, ${clientOf(id)}, '${day(made)}')`).join()};
       INSERT INTO movie_rent_detail (id, movie_rent_id, movie_copy_id, returned_datetime)
         VALUES ${lines.map(([id, copy, , back]) => `(${id}, ${id}, ${copy}, ${back ? `'${day(back)}'` : 'NULL'})`).join()};
       INSERT INTO movie_rent_detail (id, movie_rent_id, movie_copy_id, returned_datetime)
         VALUES (50000, 1, 1, '${day(1)}');
       DELETE FROM movie_rent_detail WHERE id = 50000`,
    );
    const untimed = (await rows())['movie_rent_detail']!;
    await migrate();
    const timed = (await rows())['movie_rent_detail']!;
    expect(timed).toEqual(untimed.map((line) => expect.objectContaining(line) as unknown));
    expect(timed.map(({ client_id: client }) => client)).toEqual(lines.map(([id]) => clientOf(id)));
    expect(timed.map(({ lent_datetime: lent }) => lent)).toEqual([1, 5, 2, 3, 6, 8, 2].map(day));
    // An assigned id is never assigned again.
    if (!isSqlite()) return;
    expect(await queryRaw(database.url, `SELECT seq FROM sqlite_sequence WHERE name = 'movie_rent_detail'`)).toEqual([
      { seq: 50_000 },
    ]);
  });

  it('index the titles and directors of existing movies', async () => {
    await migrateUpTo('IndexTrigrams');
    await executeRaw(
      database.url,
      `INSERT INTO genre (id, name, name_key) VALUES (1, 'Drama', 'drama');
       INSERT INTO movie (id, title, title_search, director, year, genre_id)
         VALUES (1, 'Seven Samurai', 'seven samurai', 'Akira Kurosawa', 1954, 1), (2, 'Cléo', 'cléo', 'Agnès Varda', 1962, 1),
                (3, 'Unknown', 'unknown', NULL, 1962, 1)`,
    );
    await migrate();
    expect(await idsBy({ title: 'samurai' })).toEqual([1]);
    expect(await idsBy({ director: 'KUROSAWA akira' })).toEqual([1]);
    expect(await idsBy({ title: 'cleo', director: 'agnes' })).toEqual([2]);
    expect(await queryRaw(database.url, 'SELECT director_search FROM movie ORDER BY id')).toEqual(
      ['akira kurosawa', 'agnes varda', null].map((director_search) => ({ director_search })),
    );
  });

  it('of later releases leave every row unchanged, though they recreate its table', async () => {
    await migrate();
    await fill();
    const before = await rows();
    await migrate(WidenEveryTable);
    const after = await rows();
    for (const table of tables) before[table] = before[table]!.map((row) => ({ ...row, planted: null }));
    expect(after).toEqual(before);
    expect(await withTool(missing)).toEqual([]);
    expect(await idsBy({ title: 'samurai' })).toEqual([1]);
  });

  it('are rolled back completely if they fail, and print nothing', async () => {
    await migrate();
    await fill();
    const before = [await rows(), await withTool(contents), await withTool(done)];
    const printed = jest.spyOn(process.stdout, 'write');
    await expect(migrate(FailHalfway)).rejects.toThrow('halfway');
    expect(printed.mock.calls).toEqual([]);
    printed.mockRestore();
    expect([await rows(), await withTool(contents), await withTool(done)]).toEqual(before);
    await migrate();
  });

  it('are the only changes of the schema: TypeORM never synchronizes', async () => {
    const { unitOfWork, close } = await openDatabaseAt(database.url);
    const optionsOf = ({ genres }: { genres: RawGenres }) => Promise.resolve(genres.manager.connection.options);
    const work = { genres: RawGenres };
    const inUse = [await unitOfWork.run(work, optionsOf), await unitOfWork.read(work, optionsOf)];
    await close();
    for (const { synchronize = false, dropSchema = false } of inUse)
      expect([synchronize, dropSchema]).toEqual([false, false]);
  });
});
