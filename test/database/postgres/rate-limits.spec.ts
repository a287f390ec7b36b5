import { openShop, type RunningShop } from '../../support/app.js';
import { executeRaw } from '../../support/database/raw-database.js';

describe('RATE_LIMIT on PostgreSQL', () => {
  let first: RunningShop;
  let second: typeof first;
  // The first shop of a process fetches the OpenAPI document, which counts.
  beforeAll(async () => (await openShop()).close());
  beforeEach(async () => {
    const environment = { RATE_LIMIT: '3' };
    first = await openShop({ environment });
    second = await openShop({ databaseUrl: first.databaseUrl, environment });
  });
  afterEach(async () => {
    await second.close();
    await first.close();
  });

  it('is one limit for all instances together', async () => {
    await first.api.get('/version').expect(200);
    await second.api.get('/version').expect(200);
    await first.api.get('/version').expect(200);
    await second.api.get('/version').expect(429);
    await first.api.get('/version').expect(429);
  });

  it('is counted by each instance on its own while the table cannot be reached', async () => {
    await executeRaw(first.databaseUrl, 'ALTER TABLE rate_limit RENAME TO elsewhere');
    for (const { api } of [first, second]) {
      for (const _ of [1, 2, 3]) await api.get('/version').expect(200);
      await api.get('/version').expect(429);
    }
  });
});
