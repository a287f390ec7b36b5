import { CompiledSelect } from '../../src/platform/database/queries/compiled-select.js';
import { ReadBatcher } from '../../src/platform/database/queries/read-batcher.js';
import { RawGenres } from '../support/database/raw-tables.js';
import { ServiceUnavailable } from '../../src/kernel/domain-error.js';
import { Movie } from '../../src/movies/movie.entity.js';
import { MovieRepository } from '../../src/movies/movie.repository.js';
import { unlimited, WaitQueue } from '../../src/platform/database/engine/wait-queue.js';
import { type Database, openDatabase } from '../support/database/database.js';
import { isSqlite } from '../support/engine.js';
import { QueryRecorder, type Statement } from '../support/database/query-recorder.js';
import { executeRaw } from '../support/database/raw-database.js';

/** Parses a value as JSON in the database, which rejects invalid JSON. */
const ofJson = new CompiledSelect<Movie, { json: string }>(
  { json: 'text' },
  (manager) =>
    manager
      .createQueryBuilder(Movie, 'movie')
      .where(isSqlite() ? `movie.id = (:json ->> 0)` : `movie.id = ((:json)::json ->> 0)::int`),
  { isBatched: () => true },
);
const work = { genres: RawGenres, movies: MovieRepository };
const firstPage = { limit: 20, sortBy: 'id', descending: false, includeTotal: false };

describe('request batching', () => {
  let database: Database;
  let recorder: QueryRecorder;
  let titles: Map<number, string>;

  beforeAll(async () => {
    ({ opened: database, recorder } = await QueryRecorder.record(openDatabase));
    titles = await database.unitOfWork.run(work, async ({ genres, movies }) => {
      const { id: genreId } = await genres.create({ name: 'Drama', description: null });
      const added = new Map<number, string>();
      for (let year = 1900; year < 2000; year++) {
        const title = `It's "${year}", as JSON has it: \\ [] {} $1 ? ☃`;
        added.set((await movies.create({ title, description: null, year, director: null, genreId })).id, title);
      }
      return added;
    });
  });
  beforeEach(() => void recorder.take());
  afterAll(() => database.close());

  const title = (id: number) =>
    database.unitOfWork.readSingle(work, async ({ movies }) => (await movies.get(id)).title);
  const page = (year: number) =>
    database.unitOfWork.readSingle(work, async ({ movies }) =>
      (await movies.page({ year }, firstPage)).rows.map(({ id }) => id),
    );
  const byJson = (json: string) =>
    database.unitOfWork.readSingle(work, ({ genres }) => ofJson.first(genres.manager, { json }));
  const reads = (): Statement[] => recorder.take().filter(({ sql }) => sql.startsWith('SELECT'));

  it('runs concurrent reads of one query as a single statement', async () => {
    const ids = [...titles.keys()].slice(0, 60);
    expect(await Promise.all(ids.map(title))).toEqual(ids.map((id) => titles.get(id)));
    expect(reads()).toHaveLength(1);
  });

  it('deduplicates identical reads', async () => {
    const id = [...titles.keys()][50]!;
    expect(await Promise.all(Array.from({ length: 30 }, () => title(id)))).toEqual(Array(30).fill(titles.get(id)));
    const [statement] = reads();
    expect(JSON.parse(statement!.parameters[0] as string)).toEqual([[id]]);
  });

  it('splits a batch at 64 reads', async () => {
    const ids = [...titles.keys()];
    expect(await Promise.all(ids.map(title))).toEqual([...titles.values()]);
    expect(reads()).toHaveLength(2);
  });

  it('splits a batch of pages by their maximum number of rows', async () => {
    const years = Array.from({ length: 40 }, (_, index) => 1900 + index);
    const pages = years.map((year) =>
      database.unitOfWork.readSingle(work, ({ movies }) => movies.page({ year }, { ...firstPage, limit: 63 })),
    );
    expect((await Promise.all(pages)).map(({ rows }) => rows.length)).toEqual(Array(40).fill(1));
    // 512 movies at most.
    expect(reads()).toHaveLength(5);
  });

  it('repeats a read in a transaction if its page takes several statements', async () => {
    const ids = async (limit: number) => {
      const page = await database.unitOfWork.readSingle(work, ({ movies }) => movies.page({}, { ...firstPage, limit }));
      return page.rows.map(({ id }) => id);
    };
    expect(await ids(63)).toEqual([...titles.keys()].slice(0, 63));
    expect(reads()).toHaveLength(1);
    expect(await ids(200)).toEqual([...titles.keys()]);
    // 16, 32 and 64 rows.
    expect(reads()).toHaveLength(3);
  });

  it('does not batch different queries', async () => {
    const [id] = titles.keys();
    const [asMovie, asPage, none] = await Promise.all([title(id!), page(1900), page(1899)]);
    expect([asMovie, asPage, none]).toEqual([titles.get(id!), [id], []]);
    expect(reads()).toHaveLength(2);
  });

  it('runs a substring search alone, unless an index of SQLite has narrowed it', async () => {
    const found = (part: string) =>
      database.unitOfWork.readSingle(work, async ({ movies }) => {
        const found = await movies.page({ title: part }, firstPage);
        return found.rows.map(({ id }) => titles.get(id));
      });
    expect(await Promise.all([found('1950'), found('"1951')])).toEqual([
      [expect.stringContaining('1950')],
      [expect.stringContaining('1951')],
    ]);
    expect(reads()).toHaveLength(isSqlite() ? 1 : 2);
  });

  it('rejects only the read whose row is missing', async () => {
    const [id] = titles.keys();
    const results = await Promise.allSettled([title(id!), title(4711), title(id!)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('sees commits before the request of the read', async () => {
    const [id] = titles.keys();
    let isOver = false;
    const others = Array.from({ length: 4 }, async () => {
      while (!isOver) await title(id!);
    });
    try {
      for (let turn = 0; turn < 200; turn++) {
        await database.unitOfWork.run(work, ({ movies }) => movies.update(id!, { title: `Turn ${turn}` }));
        expect(await title(id!)).toBe(`Turn ${turn}`);
      }
    } finally {
      isOver = true;
      await Promise.all(others);
    }
  });

  it.each([
    ['by availability', { available: true }, 'id'],
    ['by two keys', { year: 1900, genreId: 1 }, 'id'],
    ['by a key in another order', { year: 1900 }, 'title'],
  ])('runs pages filtered %s alone, since their cost depends on the values', async (_, filter, sortBy) => {
    const pages = Array.from({ length: 3 }, () =>
      database.unitOfWork.readSingle(work, ({ movies }) => movies.page(filter, { ...firstPage, sortBy })),
    );
    await Promise.all(pages);
    expect(reads()).toHaveLength(3);
  });

  it('rejects only the read with a value of the wrong type, even the first of its query', async () => {
    const after = (value: string | number) =>
      database.unitOfWork.readSingle(work, ({ movies }) =>
        movies.page({}, { ...firstPage, sortBy: 'year', from: { value, id: 1, direction: 'after' } }),
      );
    const results = await Promise.allSettled([after('abc'), after(1950), after(Number.NaN)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected']);
    expect((await after(1990)).rows).toHaveLength(10);
  });

  it('runs each read of a failed batch alone, and rejects only the one whose value the database refuses', async () => {
    const [first, second] = [...titles.keys()];
    const results = await Promise.allSettled([`[${first}]`, '[', `[${second}]`].map(byJson));
    expect(results).toMatchObject([
      { status: 'fulfilled', value: { id: first } },
      { status: 'rejected' },
      { status: 'fulfilled', value: { id: second } },
    ]);
    expect(reads()).toHaveLength(4);
  });

  it('rejects a whole batch with one attempt while the database is unavailable', async () => {
    let attempts = 0;
    const use = () => {
      attempts++;
      return Promise.reject(new ServiceUnavailable(new Error('Connection terminated')));
    };
    const batcher = new ReadBatcher(database.dataSource.createQueryRunner(), { use, isBusy: () => true });
    const queue = new WaitQueue('reads', unlimited);
    const results = await Promise.allSettled(
      [...titles.keys()]
        .slice(0, 60)
        .map((id) => batcher.read((manager) => new MovieRepository(manager).get(id), queue.waitOf({}))),
    );
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(attempts).toBe(1);
  });

  it('rejects every read of a batch that fails for all of them, then recovers', async () => {
    const genre = (id: number) => database.unitOfWork.readSingle(work, ({ genres }) => genres.get(id));
    const [{ id } = { id: 0 }] = await database.unitOfWork.read(work, ({ genres }) => genres.rows.find());
    await executeRaw(database.url, 'ALTER TABLE genre RENAME TO elsewhere');
    const results = await Promise.allSettled([genre(id), genre(id), genre(id + 1)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await executeRaw(database.url, 'ALTER TABLE elsewhere RENAME TO genre');
    await expect(genre(id)).resolves.toMatchObject({ name: 'Drama' });
  });
});
