import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Clerks } from '../../support/load-clients.js';
import { report, scaled } from '../../support/faults.js';
import { type Program, startService } from '../../../scripts/support/program.js';
import { withSeed } from '../../support/random.js';
import { type PostgresServer, prepareServer, serverFolder } from '../../../scripts/support/embedded-postgres.js';
import { until } from '../../support/until.js';
import { Witness } from '../../support/raw-database.js';

const { seconds, perSecond } = scaled({ short: { seconds: 2, perSecond: 20 }, long: { seconds: 10, perSecond: 100 } });
/** Milliseconds. What a busy machine takes that runs tests says little. */
const { longestWait, longestReturn } = scaled({
  short: { longestWait: 15_000, longestReturn: 30_000 },
  long: { longestWait: 3_000, longestReturn: 5_000 },
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

  it(`for ${seconds} s lives, fails readiness, answers without delay, and is ready again soon after`, async () => {
    await withSeed(async (random) => {
      const started = await startService({ DATABASE_URL: server.url });
      ({ service } = started);
      const { url } = started;
      const clerks = await Clerks.enter(url, random, { toLend: 500, ofMovie: 20 });
      const health = async (which: 'live' | 'ready') => (await fetch(`${url}/health/${which}`)).status;

      const seen = { live: new Set<number>(), ready: new Set<number>() };
      let returned = NaN;
      const stopAndStart = async () => {
        await clerks.untilAcknowledged(20);
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
        returned = performance.now() - started;
        await clerks.untilAcknowledged(20);
      };
      await clerks.keepBusy(perSecond, stopAndStart());

      const witness = await Witness.at(server.url);
      const damage = await clerks.damage(witness);
      await witness.leave();
      report('PostgreSQL stopped', random, {
        seconds,
        'ready again after ms': Math.round(returned),
        ...clerks.figures,
      });
      expect(seen).toEqual({ live: new Set([200]), ready: new Set([503]) });
      expect(damage).toEqual({ lost: [], half: [] });
      expect(clerks.unexpected).toEqual([]);
      expect(returned).toBeLessThan(longestReturn);
      expect(clerks.longestWait).toBeLessThan(longestWait);
      expect(await service.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    });
  });
});
