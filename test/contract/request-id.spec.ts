import { apiAt } from '../support/app.js';
import { freshDatabase } from '../support/engine.js';
import { dropSchema } from '../support/faults/fault-injection.js';
import { startService } from '../../scripts/servers/program.js';

describe('the request id', () => {
  it('is in the header of the response, in the problem and in the log', async () => {
    const database = await freshDatabase();
    const { service, url } = await startService({ DATABASE_URL: database.url });
    try {
      await dropSchema(database.url);
      const { headers, body } = await (await apiAt(url)).get('/genres').set('X-Request-Id', 'my-own:1').expect(500);
      expect(headers['x-request-id']).toBe('my-own:1');
      expect(body.request_id).toBe('my-own:1');
    } finally {
      await service.kill('SIGTERM');
      await database.drop();
    }
    expect(service.stdout).toContain('"request_id":"my-own:1"');
    expect(service.stdout).toMatch(/no such table: genre|relation \\"genre\\" does not exist/);
  });
});
