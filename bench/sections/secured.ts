import type { Bench } from '../bench.js';
import { Contender } from '../contender.js';
import type { Findings } from '../report/figures.js';
import type { Reference } from '../rounds.js';
import { nestHello, opensOurs, ours, shop } from './contenders.js';
import { floor, rawFloor } from './rents.js';

const reading = 'GET /movies/{id}';
const renting = 'POST /movie_rents';
const withKey = `${ours}, with a key`;

/** The cost of authentication and of the record of changes. */
export async function secured(bench: Bench): Promise<Findings> {
  const hello = await bench.started(Contender.bare(nestHello, 'nest-hello'));
  const open = await bench.filled(opensOurs, `sqlite:${bench.file('open')}`, shop);
  const file = bench.file('secured');
  await bench.fill(opensOurs, `sqlite:${file}`, shop);
  const raw = rawFloor(renting, await bench.copyOf(file, 'raw-floor'));
  const service = await bench.started(Contender.secured(withKey, `sqlite:${file}`, shop));

  const rounds = await bench.rounds('secured', [
    bench.of(hello, 'hello'),
    bench.of(open, reading),
    bench.of(service, reading),
    raw,
    bench.of(open, renting),
    bench.of(service, renting),
  ]);

  const bare: Reference = { contender: nestHello, work: 'hello' };
  return {
    rows: rounds.rows([bare, floor, { contender: ours }]),
    goals: [rounds.atLeast(1, withKey, reading, bare), rounds.atLeast(1.3, withKey, renting, floor)],
    notes: ['Both write an event with each rental. One has no API key, and lets every request from this machine pass.'],
  };
}
