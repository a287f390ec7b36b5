import { openDatabaseAt } from '../support/database/database.js';
import { freshDatabase } from '../support/engine.js';
import { QueryRecorder } from '../support/database/query-recorder.js';
import { repositories } from '../support/faults/stress-test.js';

describe('adding copies', () => {
  it('takes one statement, however many they are', async () => {
    const { url, drop } = await freshDatabase();
    const logger = new QueryRecorder();
    const database = await openDatabaseAt(url, { logging: 'all', logger });
    try {
      await database.unitOfWork.run(repositories, async ({ genres, movies, copies }) => {
        const genre = await genres.create({ name: 'Drama', description: null });
        const fields = { title: 'A Movie', description: null, year: 1999, director: null, genreId: genre.id };
        await copies.createMany((await movies.create(fields)).id, Array(10_000).fill(undefined));
      });
      expect(logger.statements.filter(({ sql }) => sql.startsWith('INSERT INTO movie_copy'))).toHaveLength(1);
    } finally {
      await database.close();
      await drop();
    }
  });
});
