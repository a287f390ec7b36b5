import { isSqlite } from '../support/engine.js';
import { executeRaw } from '../support/database/raw-database.js';
import { openShop, type RunningShop } from '../support/app.js';
import { refused } from '../support/http/problem.js';
import { clerk } from '../support/shop.js';

/** Reads of the table then take minutes, on either database. */
const slowedDown = isSqlite()
  ? '(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000000000) SELECT count(*) AS c FROM n)'
  : `(SELECT 1 AS c FROM (SELECT pg_sleep(300)) AS pause)`;

describe('STATEMENT_TIMEOUT_MS', () => {
  let shop: RunningShop;
  beforeAll(async () => {
    shop = await openShop({ environment: { STATEMENT_TIMEOUT_MS: 300 } });
    await clerk(shop.api).genre({ name: 'Drama' });
    await executeRaw(
      shop.databaseUrl,
      `ALTER TABLE genre RENAME TO genre_table;
       CREATE VIEW genre AS SELECT genre_table.* FROM genre_table, ${slowedDown} AS slow WHERE slow.c > 0`,
    );
  });
  afterAll(() => shop.close());

  const slow = () => refused(shop.api.get('/genres').query({ limit: 5 }), 503, 'service-unavailable');

  it('aborts a statement that runs longer: 503 service-unavailable with Retry-After', async () => {
    const response = await shop.api.get('/genres/1').expect(503).expect('Retry-After', /^\d+$/);
    expect(response.body).toMatchObject({
      type: '/problems/service-unavailable',
      detail: expect.stringContaining('took too long'),
    });
  });

  it('aborts more of them than there are connections, while other requests are served', async () => {
    const ended = Promise.all(Array.from({ length: 12 }, slow));
    await clerk(shop.api).client();
    await ended;
    await shop.api.get('/clients').expect(200);
  });

  it('aborts reads of X-Total-Count too', async () => {
    await refused(shop.api.get('/genres').query({ include_total: true }), 503, 'service-unavailable');
  });

  it('leaves connections usable', async () => {
    await executeRaw(shop.databaseUrl, 'DROP VIEW genre; ALTER TABLE genre_table RENAME TO genre');
    const answers = await Promise.all(Array.from({ length: 12 }, () => shop.api.get('/genres').expect(200)));
    for (const { body } of answers) expect(body).toMatchObject([{ name: 'Drama' }]);
  });
});
