import { openDatabaseAt } from '../../support/database/database.js';
import { emptyDatabase, type FreshDatabase } from '../../support/engine.js';
import { executeRaw } from '../../support/database/raw-database.js';

describe('a user of PostgreSQL who may create tables and no extensions', () => {
  let database: FreshDatabase;
  beforeEach(async () => {
    database = await emptyDatabase();
    await executeRaw(database.url, 'GRANT ALL ON SCHEMA public TO pg_monitor');
  });
  afterEach(() => database.drop());

  const open = () => openDatabaseAt(database.url, { extra: { options: '-c role=pg_monitor' } });

  it('gets an error with the extension, the reason and the remedy', async () => {
    await expect(open()).rejects.toThrow(
      /by the extension pg_trgm.*: permission denied to create extension.*run CREATE EXTENSION pg_trgm in it once\.$/,
    );
  });

  it('is served if the extension exists, in any schema', async () => {
    await executeRaw(
      database.url,
      'CREATE SCHEMA "Our own"; CREATE EXTENSION pg_trgm SCHEMA "Our own"; GRANT USAGE ON SCHEMA "Our own" TO pg_monitor',
    );
    await (await open()).close();
  });
});
