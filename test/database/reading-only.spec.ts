import { existsSync } from 'node:fs';
import { RawGenres } from '../support/raw-tables.js';
import { dataSourceOptions } from '../../ormconfig.js';
import type { UnitOfWork } from '../../src/platform/database/unit-of-work.js';
import { withReadOnlyDatabase } from '../../src/platform/database/with-database.js';
import { openDatabaseAt } from '../support/database.js';
import { freshDatabase, type FreshDatabase } from '../support/engine.js';
import { executeRaw } from '../support/raw-database.js';

const work = { genres: RawGenres };
const drama = { name: 'Drama', description: null };

describe('a database that is opened for reading only', () => {
  let database: FreshDatabase;
  beforeEach(async () => (database = await freshDatabase()));
  afterEach(() => database.drop());

  const read = (use: (unitOfWork: UnitOfWork) => Promise<void>) =>
    withReadOnlyDatabase(dataSourceOptions(database.url), use);
  const nothing = () => Promise.resolve();

  it('is read while another serves it, and shows what that has written', async () => {
    const served = await openDatabaseAt(database.url);
    await read(async (unitOfWork) => {
      await served.unitOfWork.run(work, ({ genres }) => genres.create(drama));
      expect(await unitOfWork.read(work, ({ genres }) => genres.rows.find())).toMatchObject([drama]);
    });
    await served.close();
  });

  it('can not be written to', async () => {
    await (await openDatabaseAt(database.url)).close();
    await read(async (unitOfWork) => {
      await expect(unitOfWork.run(work, ({ genres }) => genres.create(drama))).rejects.toThrow();
      expect(await unitOfWork.read(work, ({ genres }) => genres.count())).toBe(0);
    });
  });

  it('has to be there, and is not made', async () => {
    const url = new URL(database.url);
    url.pathname += '.nowhere';
    for (const _ of ['first', 'second']) {
      await expect(withReadOnlyDatabase(dataSourceOptions(url.href), nothing)).rejects.toThrow(
        /^There is no SQLite file .*nowhere|^PostgreSQL \(.*nowhere\) refuses the service/,
      );
    }
    expect(existsSync(url.pathname)).toBe(false);
  });

  it('has to be migrated, and is not migrated', async () => {
    await (await openDatabaseAt(database.url)).close();
    await executeRaw(database.url, "DELETE FROM migrations WHERE name LIKE 'CreateIdempotencyKey%'");
    const older = /^The database's schema is older than this version: it lacks CreateIdempotencyKey\d+\. Start this/;
    await expect(read(nothing)).rejects.toThrow(older);
    await executeRaw(database.url, 'DROP TABLE migrations');
    await expect(read(nothing)).rejects.toThrow(/it lacks CreateShop\d+, CreateIdempotencyKey/);
  });

  it('must not be newer than who reads it', async () => {
    await (await openDatabaseAt(database.url)).close();
    await expect(withReadOnlyDatabase({ ...dataSourceOptions(database.url), migrations: [] }, nothing)).rejects.toThrow(
      /^The database's schema is newer than this version, which doesn't know CreateShop\d+, /,
    );
  });
});
