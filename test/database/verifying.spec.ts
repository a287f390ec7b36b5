import { open } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { dataSourceOptions } from '../../ormconfig.js';
import { readDatasets } from '../../scripts/import/datasets.js';
import { loadShop } from '../../scripts/import/load-shop.js';
import { Progress } from '../../scripts/support/progress.js';
import { withDatabase, withUnmigratedDatabase } from '../../src/platform/database/with-database.js';
import type { Finding } from '../../src/platform/verification/finding.js';
import { verify } from '../../src/platform/verification/verify.js';
import { shopInvariants } from '../../src/shop-invariants.js';
import { freshDatabase, type FreshDatabase, isSqlite } from '../support/engine.js';
import { executeRaw, queryRaw } from '../support/database/raw-database.js';

describe('verify', () => {
  let database: FreshDatabase;
  beforeEach(async () => {
    database = await freshDatabase();
    await withDatabase(dataSourceOptions(database.url), async (unitOfWork) =>
      loadShop(unitOfWork, await readDatasets('datasets'), new Progress(new PassThrough())),
    );
  });
  afterEach(() => database.drop());

  const damage = (...sql: string[]) => executeRaw(database.url, sql.join(';'));
  const [ofGenre, genreFinding] = [`UPDATE genre SET name = 'Renamed' WHERE id = 2`, /^genre 2: its name_key/];

  async function findings(rangeSize?: number): Promise<Finding[]> {
    const found: Finding[] = [];
    await withUnmigratedDatabase(dataSourceOptions(database.url), (unitOfWork) =>
      verify(
        unitOfWork,
        shopInvariants,
        { report: (finding) => void found.push(finding), step: (_name, _total, work) => work(() => undefined) },
        rangeSize,
      ),
    );
    return found;
  }

  const text = ({ where, id, what }: Finding) => `${where}${id ? ` ${id}` : ''}: ${what}`;

  it.each([1, 2, 7, 1000])('names each invalid row once, with ranges of %d rows', async (rangeSize) => {
    await damage(`UPDATE movie SET title_search = 'wrong'`);
    const movies = await queryRaw<{ id: number }>(database.url, 'SELECT id FROM movie ORDER BY id');
    expect(movies.length).toBeGreaterThan(20);
    const found = (await findings(rangeSize)).map(text);
    expect(found).toEqual(movies.map(({ id }) => `movie ${id}: its title_search doesn't match its text`));
  });

  it('names every change of the schema, and no remedy destroys data', async () => {
    await damage(
      ofGenre,
      'ALTER TABLE movie DROP COLUMN director',
      'ALTER TABLE movie ADD COLUMN planted varchar(10)',
      'DROP INDEX ix_movie_year',
      'DROP TABLE idempotency_key',
      isSqlite() ? 'DROP TRIGGER ix_movie_title_search_trigrams_update' : 'DROP INDEX ix_movie_title_search_trigrams',
      isSqlite()
        ? `PRAGMA writable_schema = ON;
           UPDATE sqlite_schema SET sql = replace(sql, '"address" varchar', '"address" blob') WHERE name = 'client'`
        : `ALTER TABLE client ALTER COLUMN address TYPE text;
           ALTER TABLE movie_copy DROP CONSTRAINT fk_movie_copy_movie_id;
           ALTER TABLE movie_copy DROP CONSTRAINT ck_movie_copy_service_state`,
      'DROP VIEW loan',
    );
    const found = await findings();
    const named = found.map(text);
    const lost = isSqlite() ? 'ix_movie_title_search_trigrams_update' : 'ix_movie_title_search_trigrams';
    expect(named).toEqual(
      expect.arrayContaining([
        'schema: the column movie.director is missing',
        'schema: the column movie.planted is not known to this version',
        'schema: the index ix_movie_year is missing',
        'schema: the table idempotency_key is missing',
        `schema: the search index ${lost} is missing`,
        'schema: the column client.address was changed',
        'schema: the view loan is missing',
        ...(isSqlite()
          ? []
          : [
              'schema: the foreign key fk_movie_copy_movie_id is missing',
              'schema: the check ck_movie_copy_service_state is missing',
            ]),
        expect.stringMatching(genreFinding),
        expect.stringMatching(/^movie: not all of its rows can be checked: .*director/),
      ]),
    );
    const remedies = found.map(({ remedy }) => remedy);
    // The actions of triggers and foreign keys are not statements of the remedy.
    const statements = remedies.map((remedy) => remedy.replace(/AFTER UPDATE.* END|ON DELETE/s, ''));
    expect(statements.filter((remedy) => /\b(DROP|DELETE|TRUNCATE|UPDATE)\b/.test(remedy))).toEqual([]);

    const repairs = remedies.flatMap((remedy) => /run: ((?:CREATE|ALTER) .*)$/s.exec(remedy)?.[1] ?? []);
    expect(repairs).toHaveLength(isSqlite() ? 2 : 4);
    await damage(...repairs);
    const left = (await findings()).map(text);
    expect(left.filter((one) => /ix_movie|fk_|ck_/.test(one))).toEqual([]);
  });

  it('names a missing table, and other findings', async () => {
    await damage(ofGenre, isSqlite() ? 'PRAGMA foreign_keys = OFF; DROP TABLE client' : 'DROP TABLE client CASCADE');
    const named = (await findings()).map(text);
    expect(named).toContain('schema: the table client is missing');
    expect(named).toContainEqual(expect.stringMatching(genreFinding));
    expect(named).toContainEqual(expect.stringMatching(/^movie_rent: not all of its rows can be checked/));
  });

  it('names a pending migration with the command that runs it, and a missing table of migrations', async () => {
    await damage(ofGenre, `DELETE FROM migrations WHERE name LIKE 'CreateImportedRow%'`);
    expect(await findings()).toEqual([
      {
        where: 'schema',
        what: 'the migration CreateImportedRow1764500000000 was not run',
        remedy: 'Start this version of the service once, or run: npx typeorm migration:run -d dist/ormconfig.js',
      },
    ]);
    await damage('DROP TABLE migrations');
    const named = (await findings()).map(text);
    expect(named[0]).toBe('schema: the table migrations is missing');
    expect(named).toContainEqual(expect.stringMatching(genreFinding));
  });

  if (isSqlite())
    it('names a corrupted page first, and other findings', async () => {
      await damage(ofGenre);
      const [root] = await queryRaw<{ page: number }>(
        database.url,
        `SELECT rootpage AS page FROM sqlite_schema WHERE name = 'movie'`,
      );
      const file = await open(database.url.replace('sqlite:', ''), 'r+');
      await file.write(Buffer.alloc(4096, 0xff), 0, 4096, (root!.page - 1) * 4096);
      await file.close();
      const found = await findings();
      expect(found[0]!.where).toBe('file');
      expect(found[0]!.remedy).toContain('restore a backup');
      const named = found.map(text);
      expect(named).toContainEqual(expect.stringMatching(/^movie: not all of its rows can be checked: .*malformed/));
      expect(named).toContainEqual(expect.stringMatching(genreFinding));
    });
});
