import { existsSync } from 'node:fs';
import { GenreRepository } from '../../src/genres/genre.repository.js';
import { openDatabaseAt, openForReadingAt } from '../support/database.js';
import { freshDatabase, type FreshDatabase } from '../support/engine.js';
import { behindItsBack } from '../support/outage.js';

const work = { genres: GenreRepository };
const drama = { name: 'Drama', description: null };

describe('a database that is opened for reading only', () => {
  let database: FreshDatabase;
  beforeEach(async () => (database = await freshDatabase()));
  afterEach(() => database.drop());

  it('is read while another serves it, and shows what that has written', async () => {
    const served = await openDatabaseAt(database.url);
    const { unitOfWork, close } = await openForReadingAt(database.url);
    await served.unitOfWork.run(work, ({ genres }) => genres.add(drama));
    expect(await unitOfWork.read(work, ({ genres }) => genres.find())).toMatchObject([drama]);
    await close();
    await served.close();
  });

  it('can not be written to', async () => {
    await (await openDatabaseAt(database.url)).close();
    const { unitOfWork, close } = await openForReadingAt(database.url);
    await expect(unitOfWork.run(work, ({ genres }) => genres.add(drama))).rejects.toThrow();
    expect(await unitOfWork.read(work, ({ genres }) => genres.count())).toBe(0);
    await close();
  });

  it('has to be there, and is not made', async () => {
    const url = new URL(database.url);
    url.pathname += '/nowhere';
    for (const _ of ['first', 'second']) {
      await expect(openForReadingAt(url.href)).rejects.toThrow(
        /^There is no SQLite file .*nowhere|^PostgreSQL can't be reached .*nowhere/,
      );
    }
    expect(existsSync(url.pathname)).toBe(false);
  });

  it('has to be migrated, and is not migrated', async () => {
    await (await openDatabaseAt(database.url)).close();
    await behindItsBack(database.url, "DELETE FROM migrations WHERE name LIKE 'CreateIdempotencyKey%'");
    const older = /^The database's schema is older than this version: it lacks CreateIdempotencyKey\d+\. Start this/;
    await expect(openForReadingAt(database.url)).rejects.toThrow(older);
    await behindItsBack(database.url, 'DROP TABLE migrations');
    await expect(openForReadingAt(database.url)).rejects.toThrow(/it lacks CreateShop\d+, CreateIdempotencyKey/);
  });

  it('must not be newer than who reads it', async () => {
    await (await openDatabaseAt(database.url)).close();
    await expect(openForReadingAt(database.url, { migrations: [] })).rejects.toThrow(
      /^The database's schema is newer than this version, which doesn't know CreateShop\d+, /,
    );
  });
});
