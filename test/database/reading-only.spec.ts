import { existsSync } from 'node:fs';
import { RawGenres } from '../support/database/raw-tables.js';
import { dataSourceOptions } from '../../ormconfig.js';
import type { UnitOfWork } from '../../src/platform/database/unit-of-work.js';
import { withReadOnlyDatabase } from '../../src/platform/database/with-database.js';
import { openDatabaseAt } from '../support/database/database.js';
import { freshDatabase, type FreshDatabase } from '../support/engine.js';
import { executeRaw } from '../support/database/raw-database.js';

const work = { genres: RawGenres };
const drama = { name: 'Drama', description: null };

describe('a database that is opened read-only', () => {
  let database: FreshDatabase;
  beforeEach(async () => (database = await freshDatabase()));
  afterEach(() => database.drop());

  const read = (use: (unitOfWork: UnitOfWork) => Promise<void>) =>
    withReadOnlyDatabase(dataSourceOptions(database.url), use);
  const nothing = () => Promise.resolve();

  it('shows the writes of another process that serves it', async () => {
    const served = await openDatabaseAt(database.url);
    await read(async (unitOfWork) => {
      await served.unitOfWork.run(work, ({ genres }) => genres.create(drama));
      expect(await unitOfWork.read(work, ({ genres }) => genres.rows.find())).toMatchObject([drama]);
    });
    await served.close();
  });

  it('cannot be written', async () => {
    await (await openDatabaseAt(database.url)).close();
    await read(async (unitOfWork) => {
      await expect(unitOfWork.run(work, ({ genres }) => genres.create(drama))).rejects.toThrow();
      expect(await unitOfWork.read(work, ({ genres }) => genres.count())).toBe(0);
    });
  });

  it('must exist, and is not created', async () => {
    const url = new URL(database.url);
    url.pathname += '.nowhere';
    for (const _ of ['first', 'second']) {
      await expect(withReadOnlyDatabase(dataSourceOptions(url.href), nothing)).rejects.toThrow(
        /^There is no SQLite file .*nowhere|^PostgreSQL \(.*nowhere\) refuses the service/,
      );
    }
    expect(existsSync(url.pathname)).toBe(false);
  });

  it('must be migrated, and is not migrated', async () => {
    await (await openDatabaseAt(database.url)).close();
    await executeRaw(database.url, "DELETE FROM migrations WHERE name LIKE 'CreateIdempotencyKey%'");
    const older = /^The database's schema is older than this version: it lacks CreateIdempotencyKey\d+\. Start this/;
    await expect(read(nothing)).rejects.toThrow(older);
    await executeRaw(database.url, 'DROP TABLE migrations');
    await expect(read(nothing)).rejects.toThrow(/it lacks CreateShop\d+, CreateIdempotencyKey/);
  });

  it('must not be newer than the program', async () => {
    await (await openDatabaseAt(database.url)).close();
    await expect(withReadOnlyDatabase({ ...dataSourceOptions(database.url), migrations: [] }, nothing)).rejects.toThrow(
      /^The database's schema is newer than this version, which doesn't know CreateShop\d+, /,
    );
  });
});
