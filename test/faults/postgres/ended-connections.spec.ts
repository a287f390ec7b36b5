import { setTimeout as pause } from 'node:timers/promises';
import { freshDatabase, type FreshDatabase } from '../../support/engine.js';
import { report, scaled } from '../../support/faults/faults.js';
import { invariantViolations } from '../../support/database/invariants.js';
import { LoadClients } from '../../support/faults/load-clients.js';
import { executeRaw } from '../../support/database/raw-database.js';
import { type Program, startService } from '../../../scripts/servers/program.js';
import { withSeed } from '../../support/random.js';

/** The service opens its pool again after each interruption, which takes a small machine most of its time. */
const { seconds, perSecond } = scaled({ short: { seconds: 2, perSecond: 30 }, long: { seconds: 30, perSecond: 50 } });
const intervalMs = 200;

describe('the service whose connections to PostgreSQL are terminated', () => {
  let database: FreshDatabase;
  let service: Program;
  beforeEach(async () => (database = await freshDatabase()));
  afterEach(async () => {
    await service.kill('SIGKILL');
    await database.drop();
  });

  it(`every ${intervalMs} ms for ${seconds} s loses no acknowledged write, keeps running, and returns 503 with Retry-After`, async () => {
    await withSeed(async (random) => {
      const started = await startService({ DATABASE_URL: database.url });
      ({ service } = started);
      const { url } = started;
      const clients = await LoadClients.create(url, random, { toRent: 200, perMovie: 50 });
      const endAll = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = '${new URL(database.url).pathname.slice(1)}' AND application_name = 'movie-rental'`;
      const interruptions = (seconds * 1000) / intervalMs;
      const endRepeatedly = async () => {
        for (let done = 0; done < interruptions; done++) {
          await executeRaw(process.env['TEST_DATABASE_URL']!, endAll);
          await pause(intervalMs);
        }
      };
      await clients.runAtRate(perSecond, endRepeatedly());

      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
      const anomalies = await clients.anomalies(database.url);
      report('PostgreSQL connections ended', random, { interruptions, ...clients.figures });
      expect(anomalies).toEqual({ lostWrites: [], partialWrites: [] });
      expect(await invariantViolations(database.url)).toEqual([]);
      expect(clients.unexpected).toEqual([]);
      expect(clients.acknowledged.rents).toBeGreaterThan(0);
      expect(await service.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    });
  });
});
