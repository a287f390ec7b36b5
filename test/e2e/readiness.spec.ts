import { executeRaw } from '../support/database/raw-database.js';
import { refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';
import { until } from '../support/until.js';

describe('readiness on a schema', () => {
  const shop = useShop();
  const sql = (text: string) => executeRaw(shop.databaseUrl, text);

  /** The result of a check is cached for a second. */
  const answers = (path: string, status: number) =>
    until(`${path} answers ${status}`, async () => (await shop.api.get(path)).status === status);

  it('newer than the release returns 200: another instance has migrated', async () => {
    await sql(`INSERT INTO migrations (timestamp, name) VALUES (1999999999999, 'Newer1999999999999')`);
    await shop.api.get('/health/ready').expect(200);
  });

  it.each(['/health', '/health/ready'])(
    'older than the release returns 503 with %s, and liveness 200',
    async (path) => {
      const name = 'CreateIdempotencyKey1764100000000';
      await sql(`UPDATE migrations SET name = 'away' WHERE name = '${name}'`);
      await answers(path, 503);
      const { detail } = await refused(shop.api.get(path), 503, 'service-unavailable');
      expect(detail).toContain(name);
      await shop.api.get('/health/live').expect(200);
      await sql(`UPDATE migrations SET name = '${name}' WHERE name = 'away'`);
      await answers(path, 200);
    },
  );

  it('that is unknown returns 503, and liveness 200', async () => {
    await sql('ALTER TABLE migrations RENAME TO away');
    await answers('/health/ready', 503);
    await refused(shop.api.get('/health/ready'), 503, 'service-unavailable');
    await shop.api.get('/health/live').expect(200);
    await sql('ALTER TABLE away RENAME TO migrations');
  });
});
