import type { Bench } from '../bench.js';
import { Contender } from '../contender.js';
import type { Findings } from '../report/figures.js';
import type { Measurement } from '../rounds.js';
import { opensOurs, ours } from './contenders.js';
import { withPast } from './growth.js';

const onMigrated = 'start on a migrated database';

/** The time from the command to the first `200` of /health/ready. */
export async function start(bench: Bench): Promise<Findings> {
  const size = withPast(bench.settings.movies);
  const [empty, full] = [`sqlite:${bench.file('empty')}`, `sqlite:${bench.file('full')}`];
  const grown = `start on ${size.lines} lines of rentals`;
  await (await opensOurs(empty)).stop();
  await bench.fill(opensOurs, full, size);
  const rounds = await bench.rounds('start', [startAt(onMigrated, empty), startAt(grown, full)]);
  return {
    rows: rounds.rows(),
    goals: [
      { work: onMigrated, figure: rounds.median(ours, onMigrated, 'p50'), unit: 'ms', bound: { atMost: 1000 } },
      { work: grown, figure: rounds.median(ours, grown, 'p50'), unit: 'ms', bound: { atMost: 1500 } },
    ],
    notes: ['On SQLite, from the command to the first 200 of /health/ready.'],
  };
}

function startAt(work: string, databaseUrl: string): Measurement {
  return {
    work,
    contender: ours,
    async measure() {
      const before = performance.now();
      const service = await Contender.ours(ours, databaseUrl);
      await service.waitUntilReady();
      const p50 = performance.now() - before;
      const megabytes = await service.memory();
      await service.stop();
      return { p50, megabytes };
    },
  };
}
