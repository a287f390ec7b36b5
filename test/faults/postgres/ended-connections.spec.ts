import { setTimeout as pause } from 'node:timers/promises';
import { Clerks } from '../../support/load-clients.js';
import { freshDatabase, type FreshDatabase } from '../../support/engine.js';
import { report, scaled } from '../../support/faults.js';
import { behindItsBack } from '../../support/fault-injection.js';
import { type Program, startService } from '../../../scripts/support/program.js';
import { withSeed } from '../../support/random.js';
import { Witness } from '../../support/raw-database.js';

const { seconds, perSecond } = scaled({ short: { seconds: 3, perSecond: 30 }, long: { seconds: 30, perSecond: 200 } });
const interval = 200;

describe('the service whose connections to PostgreSQL are ended', () => {
  let database: FreshDatabase;
  let service: Program;
  beforeEach(async () => (database = await freshDatabase()));
  afterEach(async () => {
    await service.kill('SIGKILL');
    await database.drop();
  });

  it(`every ${interval} ms for ${seconds} s loses nothing, stays, and asks whom it can't serve to come again`, async () => {
    await withSeed(async (random) => {
      const started = await startService({ DATABASE_URL: database.url });
      ({ service } = started);
      const { url } = started;
      const clerks = await Clerks.enter(url, random, { toLend: 1_000, ofMovie: 50 });
      const endAll = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = '${new URL(database.url).pathname.slice(1)}' AND application_name = 'movie-rental'`;
      const interruptions = (seconds * 1000) / interval;
      const endAgainAndAgain = async () => {
        for (let done = 0; done < interruptions; done++) {
          await behindItsBack(process.env['TEST_DATABASE_URL']!, endAll);
          await pause(interval);
        }
      };
      await clerks.keepBusy(perSecond, endAgainAndAgain());

      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
      const witness = await Witness.at(database.url);
      const damage = await clerks.damage(witness);
      const unsound = await witness.unsound();
      await witness.leave();
      report('PostgreSQL connections ended', random, { interruptions, ...clerks.figures });
      expect(damage).toEqual({ lost: [], half: [] });
      expect(unsound).toEqual([]);
      expect(clerks.unexpected).toEqual([]);
      expect(clerks.acknowledged.rents).toBeGreaterThan(0);
      expect(await service.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    });
  });
});
