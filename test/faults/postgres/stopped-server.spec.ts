import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { report, scaled } from '../../support/faults/faults.js';
import { invariantViolations } from '../../support/database/invariants.js';
import { LoadClients } from '../../support/faults/load-clients.js';
import { type Program, startService } from '../../../scripts/servers/program.js';
import { withSeed } from '../../support/random.js';
import { type PostgresServer, prepareServer, serverFolder } from '../../../scripts/servers/embedded-postgres.js';
import { until } from '../../support/until.js';

const { seconds, perSecond } = scaled({ short: { seconds: 2, perSecond: 20 }, long: { seconds: 10, perSecond: 100 } });
/** Generous in the short run, which shares the machine with other tests. */
const { maxResponseMs, maxRecoveryMs } = scaled({
  short: { maxResponseMs: 15_000, maxRecoveryMs: 30_000 },
  long: { maxResponseMs: 3_000, maxRecoveryMs: 5_000 },
});

describe('the service whose PostgreSQL is stopped', () => {
  let folder: Awaited<ReturnType<typeof serverFolder>>;
  let server: PostgresServer;
  let service: Program;
  beforeEach(async () => {
    folder = await serverFolder();
    server = await prepareServer(join(folder.folder, 'data'), []);
    await server.start();
  });
  afterEach(async () => {
    await service.kill('SIGKILL');
    await server.stop();
    await folder.remove();
  });

  it(`for ${seconds} s stays alive, fails readiness, responds within its timeouts, and becomes ready again`, async () => {
    await withSeed(async (random) => {
      const started = await startService({ DATABASE_URL: server.url });
      ({ service } = started);
      const { url } = started;
      const clients = await LoadClients.create(url, random, { toRent: 500, perMovie: 20 });
      const health = async (which: 'live' | 'ready') => (await fetch(`${url}/health/${which}`)).status;

      const seen = { live: new Set<number>(), ready: new Set<number>() };
      let recoveryMs = NaN;
      const stopAndStart = async () => {
        await clients.untilAcknowledged(20);
        await server.stop();
        const stopped = performance.now();
        while (performance.now() - stopped < seconds * 1000) {
          seen.live.add(await health('live'));
          seen.ready.add(await health('ready'));
          await pause(50);
        }
        await server.start();
        const started = performance.now();
        await until('the service is ready again', async () => (await health('ready')) === 200);
        recoveryMs = performance.now() - started;
        await clients.untilAcknowledged(20);
      };
      await clients.runAtRate(perSecond, stopAndStart());

      const anomalies = await clients.anomalies(server.url);
      report('PostgreSQL stopped', random, {
        seconds,
        'ready again after ms': Math.round(recoveryMs),
        ...clients.figures,
      });
      expect(seen).toEqual({ live: new Set([200]), ready: new Set([503]) });
      expect(anomalies).toEqual({ lostWrites: [], partialWrites: [] });
      expect(await invariantViolations(server.url)).toEqual([]);
      expect(clients.unexpected).toEqual([]);
      expect(recoveryMs).toBeLessThan(maxRecoveryMs);
      expect(clients.maxResponseMs).toBeLessThan(maxResponseMs);
      expect(await service.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    });
  });
});
