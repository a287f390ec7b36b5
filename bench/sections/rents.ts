import type { Bench } from '../bench.js';
import { atServerCore } from '../cores.js';
import type { Figures, Findings } from '../report/figures.js';
import type { Measurement, Reference } from '../rounds.js';
import { Program } from '../../scripts/servers/program.js';
import { naive, opensNaive, opensOurs, ours, shop } from './contenders.js';

const renting = 'POST /movie_rents';
const cycle = 'rent + close';
export const floor: Reference = { contender: 'raw floor' };

export async function rents(bench: Bench): Promise<Findings> {
  const tutorial = await bench.filled(opensNaive, `sqlite:${bench.file('naive')}`, shop);
  await bench.fill(opensOurs, `sqlite:${bench.file('ours')}`, shop);
  const raw = rawFloor(renting, await bench.copyOf(bench.file('ours'), 'raw-floor'));
  const rawCycle = rawFloor(cycle, await bench.copyOf(bench.file('ours'), 'raw-floor-cycle'), 'close');
  const service = await bench.started(opensOurs(`sqlite:${bench.file('ours')}`, shop));

  const rounds = await bench.rounds('rents', [
    raw,
    bench.of(tutorial, renting),
    bench.of(service, renting),
    rawCycle,
    bench.of(tutorial, cycle),
    bench.of(service, cycle),
  ]);

  const asTutorial: Reference = { contender: naive };
  return {
    rows: rounds.rows([asTutorial, floor]),
    goals: [
      rounds.atLeast(5, ours, renting, asTutorial),
      rounds.atLeast(1.5, ours, renting, floor),
      { work: renting, figure: rounds.median(ours, renting, 'p99'), unit: 'ms p99', bound: { atMost: 40 } },
      rounds.atLeast(5, ours, cycle, asTutorial),
      rounds.atLeast(1.2, ours, cycle, floor),
    ],
    notes: [
      'Each rental has two lines. The raw floor is not a server: it makes the same transactions with the sqlite3 package ' +
        'alone, one after another, at the same durability.',
      'A cycle is two requests: its rate and its CPU are those of a whole cycle, its times those of one request.',
    ],
  };
}

export function rawFloor(work: string, file: string, ...mode: string[]): Measurement {
  return {
    work,
    contender: floor.contender,
    async measure(seconds): Promise<Figures> {
      const script = 'bench/references/raw-floor.js';
      const program = Program.start(script, {}, [file, String(seconds), ...mode], { launcher: atServerCore() });
      await program.succeeds();
      return JSON.parse(program.stdout) as Figures;
    },
  };
}
