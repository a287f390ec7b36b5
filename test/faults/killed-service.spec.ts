import { freshDatabase, type FreshDatabase, isSqlite } from '../support/engine.js';
import { progress, report, scaled } from '../support/faults/faults.js';
import { invariantViolations } from '../support/database/invariants.js';
import { LoadClients } from '../support/faults/load-clients.js';
import { type Program, startService } from '../../scripts/servers/program.js';
import { withSeed } from '../support/random.js';

const kills = scaled({ short: 1, long: 20 });
const renting = scaled({ short: 40, long: 2_000 });
const stock = scaled({
  short: { toRent: 400, perMovie: isSqlite() ? 2_000 : 1_000 },
  long: { toRent: 8_000, perMovie: 10_000 },
});
/** The time limit of a start after a kill. None in the short run, which shares the machine with other tests. */
const maxStartMs = scaled({ short: Infinity, long: 3_000 });

describe('the service, killed by SIGKILL while it writes', () => {
  let database: FreshDatabase;
  let service: Program;
  beforeEach(async () => (database = await freshDatabase()));
  afterEach(async () => {
    await service.kill('SIGKILL');
    await database.drop();
  });

  /** @returns the URL of the service, and the milliseconds until it was ready */
  async function start(): Promise<{ url: string; took: number }> {
    const begun = performance.now();
    const started = await startService({ DATABASE_URL: database.url });
    ({ service } = started);
    expect((await fetch(`${started.url}/health/ready`)).status).toBe(200);
    return { url: started.url, took: performance.now() - begun };
  }

  it(`keeps every acknowledged write of ${renting} clients, and no partial one, after each of ${kills} kills`, async () => {
    await withSeed(async (random) => {
      const clients = await LoadClients.create((await start()).url, random, stock);
      let slowest = 0;
      await progress.step('kills', kills, async (advance) => {
        for (let kill = 0; kill < kills; kill++) {
          const load = [
            clients.repeatUntilDisconnected(() => clients.addMovie()),
            ...Array.from({ length: renting }, () => clients.repeatUntilDisconnected(() => clients.rentOrReturn())),
          ];
          // Counted rather than timed, so that a slow machine stores as much. Every other kill may hit the first movie.
          await clients.untilAcknowledged(kill % 2, 'movies');
          await clients.untilAcknowledged(1 + random.below(renting));
          await Promise.all([service.kill('SIGKILL'), ...load]);

          const { url, took } = await start();
          clients.url = url;
          slowest = Math.max(slowest, took);
          expect(await clients.anomalies(database.url)).toEqual({ lostWrites: [], partialWrites: [] });
          expect(await invariantViolations(database.url)).toEqual([]);
          advance(1);
        }
      });
      report('Killed while it writes', random, {
        kills,
        clients: renting,
        ...clients.figures,
        'slowest start in ms': Math.round(slowest),
      });
      expect(clients.unexpected).toEqual([]);
      expect(slowest).toBeLessThan(maxStartMs);
    });
  });
});
