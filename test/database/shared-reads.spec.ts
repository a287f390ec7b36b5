import { GenreRepository } from '../../src/genres/genre.repository.js';
import { MovieRepository } from '../../src/movies/movie.repository.js';
import { type Database, openDatabase } from '../support/database.js';
import { isSqlite } from '../support/engine.js';
import { Listener, type Statement } from '../support/listener.js';
import { behindItsBack } from '../support/outage.js';

const work = { genres: GenreRepository, movies: MovieRepository };
const firstPage = { limit: 20, sortBy: 'id', descending: false, includeTotal: false };

describe('those who read the same at the same time', () => {
  let database: Database;
  let listener: Listener;
  let titles: Map<number, string>;

  beforeAll(async () => {
    ({ opened: database, listener } = await Listener.to(openDatabase));
    titles = await database.unitOfWork.run(work, async ({ genres, movies }) => {
      const { id: genreId } = await genres.add({ name: 'Drama', description: null });
      const added = new Map<number, string>();
      for (let year = 1900; year < 2000; year++) {
        const title = `It's "${year}", as JSON has it: \\ [] {} $1 ? ☃`;
        added.set((await movies.add({ title, description: null, year, director: null, genreId })).id, title);
      }
      return added;
    });
  });
  beforeEach(() => void listener.heard());
  afterAll(() => database.close());

  const title = (id: number) =>
    database.unitOfWork.readAtOnce(work, async ({ movies }) => (await movies.get(id)).title);
  const page = (year: number) =>
    database.unitOfWork.readAtOnce(work, async ({ movies }) =>
      (await movies.page({ year }, firstPage)).rows.map(({ id }) => id),
    );
  const reads = (): Statement[] => listener.heard().filter(({ sql }) => sql.startsWith('SELECT'));

  it('are answered by one statement, each with what he asked for', async () => {
    const ids = [...titles.keys()].slice(0, 60);
    expect(await Promise.all(ids.map(title))).toEqual(ids.map((id) => titles.get(id)));
    expect(reads()).toHaveLength(1);
  });

  it('are asked for once where they ask for the very same', async () => {
    const id = [...titles.keys()][50]!;
    expect(await Promise.all(Array.from({ length: 30 }, () => title(id)))).toEqual(Array(30).fill(titles.get(id)));
    const [statement] = reads();
    expect(JSON.parse(statement!.parameters[0] as string)).toEqual([[id]]);
  });

  it('are answered by few statements where they are many', async () => {
    const ids = [...titles.keys()];
    expect(await Promise.all(ids.map(title))).toEqual([...titles.values()]);
    expect(reads()).toHaveLength(2);
  });

  it('are told apart by what they ask for', async () => {
    const [id] = titles.keys();
    const [asMovie, asPage, none] = await Promise.all([title(id!), page(1900), page(1899)]);
    expect([asMovie, asPage, none]).toEqual([titles.get(id!), [id], []]);
    expect(reads()).toHaveLength(2);
  });

  it('search by a part of a text alone, but where an index of SQLite narrows it down before', async () => {
    const found = (part: string) =>
      database.unitOfWork.readAtOnce(work, async ({ movies }) => {
        const found = await movies.pageAtOnce({ title: part }, firstPage);
        return found!.rows.map(({ id }) => titles.get(id));
      });
    expect(await Promise.all([found('1950'), found('"1951')])).toEqual([
      [expect.stringContaining('1950')],
      [expect.stringContaining('1951')],
    ]);
    expect(reads()).toHaveLength(isSqlite() ? 1 : 2);
  });

  it('see what is not there, each for himself', async () => {
    const [id] = titles.keys();
    const asked = await Promise.allSettled([title(id!), title(4711), title(id!)]);
    expect(asked.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('see what was committed before they asked, however many are being answered', async () => {
    const [id] = titles.keys();
    let isOver = false;
    const others = Array.from({ length: 4 }, async () => {
      while (!isOver) await title(id!);
    });
    try {
      for (let turn = 0; turn < 200; turn++) {
        await database.unitOfWork.run(work, ({ movies }) => movies.change(id!, { title: `Turn ${turn}` }));
        expect(await title(id!)).toBe(`Turn ${turn}`);
      }
    } finally {
      isOver = true;
      await Promise.all(others);
    }
  });

  it('learn all of them what went wrong, and the next are answered', async () => {
    const genre = (id: number) => database.unitOfWork.readAtOnce(work, ({ genres }) => genres.get(id));
    const [{ id } = { id: 0 }] = await database.unitOfWork.read(work, ({ genres }) => genres.find());
    await behindItsBack(database.url, 'ALTER TABLE genre RENAME TO elsewhere');
    const asked = await Promise.allSettled([genre(id), genre(id), genre(id + 1)]);
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await behindItsBack(database.url, 'ALTER TABLE elsewhere RENAME TO genre');
    await expect(genre(id)).resolves.toMatchObject({ name: 'Drama' });
  });
});
