import { startService } from '../../scripts/servers/program.js';
import { freshDatabase } from '../support/engine.js';
import { until } from '../support/until.js';

describe('the log on a terminal', () => {
  it('has at most 5 lines for the start, and one for each request', async () => {
    const database = await freshDatabase();
    const { service, url } = await startService({
      DATABASE_URL: database.url,
      NODE_OPTIONS: '--import=data:text/javascript,process.stdout.isTTY=true',
    });
    const lines = () => service.stdout.trim().split('\n');
    const atStart = lines().length;
    expect(lines().at(-1)).toMatch(/INFO.*Listening on http/);
    expect(atStart).toBeLessThanOrEqual(5);

    for (const path of ['/movies', '/movies/1', '/nowhere']) await fetch(url + path);
    await until('the log has the requests', () => lines().length >= atStart + 3);
    await service.kill('SIGTERM');
    const ofRequests = lines().filter((line) => /GET/.test(line));
    expect(ofRequests).toHaveLength(3);
    expect(ofRequests[1]).toMatch(/INFO.*GET \/movies\/:id 404.*"request_id":"[\w-]+","duration_ms":[\d.]+/);
    expect(lines().filter((line) => !/^\[\d\d:\d\d:\d\d\]/.test(line))).toEqual([]);
    await database.drop();
  });
});
