import { AbstractLogger } from 'typeorm';
import { openDatabaseAt } from '../support/database.js';
import { freshDatabase } from '../support/engine.js';
import { participants } from '../support/storm.js';

/** Remembers every statement. */
class Listener extends AbstractLogger {
  readonly statements: string[] = [];

  protected override isLogEnabledFor = (): boolean => true;

  protected override writeLog(): void {
    // Nobody reads it.
  }

  override logQuery(query: string): void {
    this.statements.push(query);
  }
}

describe('adding copies', () => {
  it('takes one statement, however many they are', async () => {
    const { url, drop } = await freshDatabase();
    const logger = new Listener();
    const database = await openDatabaseAt(url, { logging: 'all', logger });
    try {
      await database.unitOfWork.run(participants, async ({ genres, movies, copies }) => {
        const genre = await genres.add({ name: 'Drama', description: null });
        const fields = { title: 'A Movie', description: null, year: 1999, director: null, genreId: genre.id };
        await copies.addMany((await movies.add(fields)).id, 10_000);
      });
      expect(logger.statements.filter((sql) => sql.startsWith('INSERT INTO movie_copy'))).toHaveLength(1);
    } finally {
      await database.close();
      await drop();
    }
  });
});
