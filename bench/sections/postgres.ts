import type { Bench } from '../bench.js';
import { Contender } from '../contender.js';
import type { Findings } from '../report/figures.js';
import type { Reference } from '../rounds.js';
import { naive, nestHello, opensNaive, shop } from './contenders.js';

const reading = ['GET /movies/{id}', 'GET /movies?limit=20'] as const;
const renting = 'POST /movie_rents';
const works = [...reading, renting] as const;

const one = '1 instance';
const two = '2 instances';

/** The service on PostgreSQL, as one instance and as two that share a database. */
export async function postgres(bench: Bench): Promise<Findings> {
  const createDatabase = await bench.startPostgres();
  const hello = await bench.started(Contender.bare(nestHello, 'nest-hello'));
  const tutorial = await bench.filled(opensNaive, await createDatabase('naive'), shop);
  const alone = await bench.filled(
    (databaseUrl, size) => Contender.ours(one, databaseUrl, size),
    await createDatabase('alone'),
    shop,
  );
  const pair = await bench.filled(
    (databaseUrl, size) => Contender.ours(two, databaseUrl, size, 2),
    await createDatabase('shared'),
    shop,
  );

  const rounds = await bench.rounds('postgres', [
    bench.of(hello, 'hello'),
    ...works.flatMap((work) => [tutorial, alone, pair].map((contender) => bench.of(contender, work))),
  ]);

  const asHello: Reference = { contender: nestHello, work: 'hello' };
  const asTutorial: Reference = { contender: naive };
  return {
    rows: rounds.rows([asHello, asTutorial]),
    goals: [one, two].flatMap((contender) =>
      [
        ...reading.map((work) => rounds.atLeast(0.5, contender, work, asHello)),
        rounds.atLeast(4, contender, renting, asTutorial),
      ].map((goal) => ({ ...goal, work: `${goal.work}, ${contender}` })),
    ),
    notes: [
      'PostgreSQL itself is not pinned and its CPU is not counted. Two instances are on two cores where there are three; ' +
        'else they share one, and their figures show only that instances work side by side.',
    ],
  };
}
