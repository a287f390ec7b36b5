import { CompiledSelect, type ById } from '../../src/platform/database/queries/compiled-select.js';
import { statementCacheOf } from '../../src/platform/database/queries/compiled-statement.js';
import { Genre } from '../../src/genres/genre.entity.js';
import { MovieRepository } from '../../src/movies/movie.repository.js';
import { openShop } from '../support/app.js';
import { type Database, openDatabase } from '../support/database/database.js';
import { isSqlite } from '../support/engine.js';
import { RawTables } from '../support/database/raw-tables.js';
import { QueryRecorder } from '../support/database/query-recorder.js';

const work = { movies: MovieRepository, raw: RawTables };

describe('the statement cache', () => {
  let database: Database;
  beforeEach(async () => void (database = await openDatabase()));
  afterEach(() => database.close());

  it('keeps one statement for all limits of a page', async () => {
    const pageOf = (limit: number) =>
      database.unitOfWork.read(work, ({ movies }) =>
        movies.page({}, { limit, sortBy: 'id', descending: false, includeTotal: false }),
      );
    for (let limit = 1; limit <= 200; limit++) await pageOf(limit);
    const manager = await database.unitOfWork.read(work, ({ raw }) => Promise.resolve(raw.manager));
    expect(statementCacheOf(manager.connection).size).toBe(1);
  });

  it('evicts the least recently used statements beyond one budget of all queries', async () => {
    await database.unitOfWork.read(work, async ({ raw: { manager } }) => {
      const query = (name: string) =>
        new CompiledSelect<Genre, ById>({ id: 'integer' }, () =>
          manager.createQueryBuilder(Genre, 'genre').where(`genre.id = :id AND '${name}' = 'x'`),
        );
      for (let count = 0; count < 600; count++) await query('a'.repeat(8_000)).first(manager, { id: 1 });
      const { size, calculatedSize } = statementCacheOf(manager.connection);
      expect(calculatedSize).toBeLessThanOrEqual(4 * 1024 * 1024);
      expect(size).toBeGreaterThan(300);
      expect(size).toBeLessThan(400);
    });
  });
});

describe('SQL texts', () => {
  it('are the same for any number of lines, with one query for the free copies of all movies', async () => {
    const { opened: shop, recorder } = await QueryRecorder.record(openShop);
    try {
      const { api } = shop;
      await api.post('/genres').send({ name: 'Drama' }).expect(201);
      await api
        .post('/clients')
        .send({ first_name: 'Ann', last_name: 'Lee', address: '1 Road', license_number: 'A-1' })
        .expect(201);
      const movie = { title: 'Heat', year: 1995, genre_id: 1, stock: 30 };
      for (const _ of [1, 2, 3]) await api.post('/movies/with_stock').send(movie).expect(201);
      const rent = async (...details: object[]) => {
        recorder.take();
        await api.post('/movie_rents').send({ client_id: 1, details }).expect(201);
        return recorder.take().map(({ sql }) => sql);
      };
      const any = (...ids: number[]) => ids.map((movie_id) => ({ movie_id }));
      const named = (...ids: number[]) => ids.map((movie_copy_id) => ({ movie_copy_id }));
      const texts = await rent(...any(1));
      expect(await rent(...any(1, 2, 3, 3, 2, 1, 1))).toEqual(texts);
      expect(await rent(...any(2, 3), ...named(29, 59))).toEqual(texts);
      recorder.take();
      // PostgreSQL has row locks in addition. The last query reads due dates.
      const tooMany = any(...Array<number>(50).fill(1), ...Array<number>(50).fill(2));
      await api.post('/movie_rents').send({ client_id: 1, details: tooMany }).expect(409);
      expect(recorder.take().filter(({ sql }) => sql.includes('movie_copy'))).toHaveLength(isSqlite() ? 2 : 3);
      expect(await rent(...named(30))).toHaveLength(texts.length);
      expect(await rent(...named(60, 89, 90))).toHaveLength(texts.length);
    } finally {
      await shop.close();
    }
  });
});
