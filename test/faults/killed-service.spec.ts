import { Clerks } from '../support/load-clients.js';
import { freshDatabase, type FreshDatabase, isSqlite } from '../support/engine.js';
import { progress, report, scaled } from '../support/faults.js';
import { type Program, startService } from '../../scripts/support/program.js';
import { withSeed } from '../support/random.js';
import { Witness } from '../support/raw-database.js';

const kills = scaled({ short: 2, long: 20 });
const lending = scaled({ short: 100, long: 2_000 });
const stock = scaled({
  short: { toLend: 1_000, ofMovie: isSqlite() ? 2_000 : 1_000 },
  long: { toLend: 8_000, ofMovie: 10_000 },
});
/** Milliseconds that a start may take after a kill. A busy machine that runs tests says nothing about it. */
const mostToStart = scaled({ short: Infinity, long: 3_000 });

describe('the service, killed by SIGKILL while it stores', () => {
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

  it(`has all that it acknowledged to ${lending} clerks, and nothing by half, after each of ${kills} kills`, async () => {
    await withSeed(async (random) => {
      const clerks = await Clerks.enter((await start()).url, random, stock);
      let slowest = 0;
      await progress.step('kills', kills, async (advance) => {
        for (let kill = 0; kill < kills; kill++) {
          const storm = [
            clerks.untilGone(() => clerks.addMovie()),
            ...Array.from({ length: lending }, () => clerks.untilGone(() => clerks.lendOrTakeBack())),
          ];
          // Counted and not timed, so that a slow machine has stored as much. Every other kill may hit the first movie.
          await clerks.untilAcknowledged(kill % 2, 'movies');
          await clerks.untilAcknowledged(1 + random.below(lending));
          await Promise.all([service.kill('SIGKILL'), ...storm]);

          const { url, took } = await start();
          clerks.url = url;
          slowest = Math.max(slowest, took);
          const witness = await Witness.at(database.url);
          expect(await clerks.damage(witness)).toEqual({ lost: [], half: [] });
          expect(await witness.unsound()).toEqual([]);
          await witness.leave();
          advance(1);
        }
      });
      report('Killed while it stores', random, {
        kills,
        clerks: lending,
        ...clerks.figures,
        'slowest start in ms': Math.round(slowest),
      });
      expect(clerks.unexpected).toEqual([]);
      expect(slowest).toBeLessThan(mostToStart);
    });
  });
});
