import { setTimeout as later } from 'node:timers/promises';
import type { Bench } from '../bench.js';
import type { Findings } from '../report/figures.js';
import { opensOurs, ours, shop } from './contenders.js';

/** The number of slices of the load; the first one warms up. */
const slices = 10;

/** Memory of the idle service, and its growth under full load. */
export async function memory(bench: Bench): Promise<Findings> {
  const seconds = bench.settings.memorySeconds;
  const service = await bench.filled(opensOurs, `sqlite:${bench.file('ours')}`, shop);
  // Milliseconds for the garbage collection of objects from the start.
  await later(2000);
  const idle = await service.memory();

  const loads = [bench.of(service, 'GET /movies/{id}'), bench.of(service, 'rent + close')];
  const used: (number | undefined)[] = [];
  await bench.progress.step('memory', slices, async (advance) => {
    for (let slice = 0; slice < slices; slice++) {
      for (const load of loads) await load.measure(seconds / slices / loads.length);
      used.push(await service.memory());
      advance(1);
    }
  });

  const [warm, last] = [used[0], used.at(-1)];
  const growth = warm && last && (last / warm - 1) * 100;
  const row = (work: string, megabytes?: number) => ({ work, contender: ours, megabytes, ratios: {} });
  const underLoad = `${seconds} s of reads and rentals`;
  return {
    rows: [row('idle', idle), row(`after the first tenth of ${underLoad}`, warm), row(`after ${underLoad}`, last)],
    goals: [
      { work: 'idle', figure: idle, unit: 'MB', bound: { atMost: 120 } },
      { work: underLoad, figure: growth, unit: '% more than when warm', bound: { atMost: 10 } },
    ],
    notes: ['The goal of growth is one for 10 minutes: --memory-seconds 600.'],
  };
}
