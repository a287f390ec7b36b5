import { MovieRepository } from '../../../src/movies/movie.repository.js';
import { GenreRepository } from '../../../src/genres/genre.repository.js';
import { type Database, openDatabase } from '../../support/database/database.js';

const work = { genres: GenreRepository, movies: MovieRepository };
const indexes = ['ix_movie_title_search_trigrams', 'ix_movie_director_search_trigrams'];

describe.each(indexes)('the trigram index %s of a SQLite file', (index) => {
  let database: Database;
  beforeEach(async () => (database = await openDatabase()));
  afterEach(() => database.close());

  /** Compares every movie with the whole index, and fails if they differ. */
  const compare = () =>
    database.dataSource.query(`INSERT INTO ${index} (${index}, rank) VALUES ('integrity-check', 1)`);

  const movie = (title: string, genreId: number) => ({
    title,
    genreId,
    description: null,
    director: title.startsWith('First') ? null : 'Second',
    year: 1999,
  });

  /** Adds, changes and deletes movies, and repeats this in a unit that is rolled back. */
  async function changeMovies(): Promise<void> {
    const { id } = await database.unitOfWork.run(work, ({ genres }) =>
      genres.create({ name: 'Drama', description: null }),
    );
    const units = Array.from({ length: 10 }, (_, turn) =>
      database.unitOfWork.run(work, async ({ movies }) => {
        const [first, second] = [await movies.create(movie(`First ${turn}`, id)), await movies.create(movie(`Ab`, id))];
        await movies.update(first.id, { title: `Renamed ${turn}`, director: `Found ${turn}` });
        if (turn % 4 === 0) await movies.update(first.id, { director: null });
        await movies.update(second.id, { year: 2000 });
        await movies.delete(second);
        if (turn === 2) await movies.update(first.id, { director: `Second ${turn}` });
        if (turn % 2 > 0) throw new Error('rolled back');
      }),
    );
    await Promise.allSettled(units);
  }

  it('is changed in the transaction of the movies, and rolled back with it', async () => {
    await changeMovies();
    await expect(compare()).resolves.toBeDefined();
  });

  it('is compared with the movies: every difference is found', async () => {
    await database.dataSource.query(`DROP TRIGGER ${index}_update`);
    await changeMovies();
    await expect(compare()).rejects.toThrow('malformed');
  });
});
