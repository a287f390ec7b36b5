import type { Bench } from '../bench.js';
import { atServerCore } from '../cores.js';
import type { Findings } from '../report/figures.js';
import type { Measurement } from '../rounds.js';
import { Program } from '../../scripts/servers/program.js';
import { ours } from './contenders.js';

const work = 'import of Sakila';

/** The duration of the import of a whole shop, including the start of the program and the migration. */
export async function importing(bench: Bench): Promise<Findings> {
  const { sakila } = bench.settings;
  if (!sakila) {
    return {
      rows: [],
      goals: [],
      notes: ['Left out: --sakila <folder> has to say where the CSV files of Sakila are.'],
    };
  }
  const rounds = await bench.rounds('import', [importFrom(sakila, bench)]);
  return {
    rows: rounds.rows(),
    goals: [{ work, figure: rounds.median(ours, work, 'p50'), unit: 'ms', bound: { atMost: 5000 } }],
    notes: ['16,044 rentals into a new SQLite file.'],
  };
}

function importFrom(folder: string, bench: Bench): Measurement {
  let turn = 0;
  return {
    work,
    contender: ours,
    async measure() {
      const before = performance.now();
      const environment = { DATABASE_URL: `sqlite:${bench.file(`import-${++turn}`)}` };
      await Program.start('scripts/import-sakila.js', environment, [folder], { launcher: atServerCore() }).succeeds();
      return { p50: performance.now() - before };
    },
  };
}
