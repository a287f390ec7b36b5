import type { Bench } from '../bench.js';
import type { Findings } from '../report/figures.js';
import type { Reference } from '../rounds.js';
import { naive, opensNaive, opensOurs, ours, shop } from './contenders.js';

const few = 'POST /movies/with_stock, 10 copies';
const many = 'POST /movies/with_stock, 10,000 copies';

export async function stock(bench: Bench): Promise<Findings> {
  const tutorial = await bench.filled(opensNaive, `sqlite:${bench.file('naive')}`, shop);
  const service = await bench.filled(opensOurs, `sqlite:${bench.file('ours')}`, shop);

  const rounds = await bench.rounds('stock', [
    bench.of(tutorial, few),
    bench.of(service, few),
    bench.alone(service, many),
  ]);

  const asTutorial: Reference = { contender: naive };
  return {
    rows: rounds.rows([asTutorial]),
    goals: [
      rounds.atLeast(5, ours, few, asTutorial),
      { work: many, figure: rounds.median(ours, many, 'p50'), unit: 'ms', bound: { atMost: 150 } },
    ],
    notes: ['10,000 copies are added by one client, one request after another.'],
  };
}
