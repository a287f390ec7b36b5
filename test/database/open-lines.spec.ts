import { MovieRentDetail } from '../../src/rentals/movie-rent.entity.js';
import { type Database, openDatabase } from '../support/database/database.js';
import { repositories } from '../support/faults/stress-test.js';

describe('one open line per copy', () => {
  let database: Database;
  let rentId: number;
  let copyId: number;
  beforeAll(async () => {
    database = await openDatabase();
    await database.unitOfWork.run(repositories, async ({ genres, movies, copies, clients, rents }) => {
      const genre = await genres.create({ name: 'Drama', description: null });
      const fields = { title: 'A Movie', description: null, year: 1999, director: null, genreId: genre.id };
      const { id: movieId } = await movies.create(fields);
      const client = await clients.create({ firstName: 'A', lastName: 'Client', address: null, licenseNumber: null });
      copyId = (await copies.create(movieId)).id;
      rentId = (await rents.create({ clientId: client.id, creationDatetime: new Date(), voidedDatetime: null })).id;
    });
  });
  afterAll(() => database.close());

  /** By SQL only, without the checks of the service. */
  const insert = (returned: string) =>
    database.unitOfWork.run(repositories, ({ raw }) =>
      raw.manager.query(
        `INSERT INTO movie_rent_detail (movie_rent_id, client_id, movie_copy_id, lent_datetime, returned_datetime)
         SELECT id, client_id, ${copyId}, '2026-01-01T00:00:00.000Z', ${returned} FROM movie_rent WHERE id = ${rentId}`,
      ),
    );

  it('is enforced by the database: a second open line is refused', async () => {
    await insert('NULL');
    await expect(insert('NULL')).rejects.toThrow(/unique/i);
  });

  it('allows any number of closed lines of a copy', async () => {
    await insert(`'2024-01-01T00:00:00.000Z'`);
    await insert(`'2024-01-01T00:00:00.000Z'`);
    await insert(`'2024-01-02T00:00:00.000Z'`);
    const lines = await database.unitOfWork.read(repositories, ({ raw }) => raw.manager.find(MovieRentDetail));
    expect(lines.map(({ isOpen }) => isOpen)).toEqual([true, false, false, false]);
  });

  it('also refuses to reopen a line', async () => {
    const reopening = database.unitOfWork.run(repositories, ({ raw }) =>
      raw.manager.query('UPDATE movie_rent_detail SET returned_datetime = NULL'),
    );
    await expect(reopening).rejects.toThrow(/unique/i);
  });
});
