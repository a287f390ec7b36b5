import type { Bench } from '../bench.js';
import { Contender } from '../contender.js';
import type { Findings } from '../report/figures.js';
import type { Reference } from '../rounds.js';
import { naive, nestHello, opensNaive, opensOurs, ours, shop } from './contenders.js';

const works = ['GET /movies/{id}', 'GET /movies?limit=20', 'GET /movies?title='] as const;
const conditional = 'GET /movies/{id}, If-None-Match';
/** The page of `works` is the same for all requests, so concurrent reads are batched; these pages are of 70 years. */
const otherPages = 'GET /movies?limit=20&year=';

export async function reads(bench: Bench): Promise<Findings> {
  const bare = [
    await bench.started(Contender.bare('bare node:http', 'node-http')),
    await bench.started(Contender.bare('bare Express 5', 'express')),
    await bench.started(Contender.bare(nestHello, 'nest-hello')),
  ];
  const tutorial = await bench.filled(opensNaive, `sqlite:${bench.file('naive')}`, shop);
  const service = await bench.filled(opensOurs, `sqlite:${bench.file('ours')}`, shop);

  const rounds = await bench.rounds('reads', [
    ...bare.map((contender) => bench.of(contender, 'hello')),
    ...works.flatMap((work) => [bench.of(tutorial, work), bench.of(service, work)]),
    bench.of(service, otherPages),
    bench.of(service, conditional),
  ]);

  const hello: Reference = { contender: nestHello, work: 'hello' };
  const asTutorial: Reference = { contender: naive };
  return {
    rows: rounds.rows([hello, asTutorial]),
    goals: [
      rounds.atLeast(0.65, ours, 'GET /movies/{id}', hello),
      rounds.atLeast(3, ours, 'GET /movies/{id}', asTutorial),
      rounds.atLeast(0.4, ours, 'GET /movies?limit=20', hello),
      rounds.atLeast(2.5, ours, 'GET /movies?limit=20', asTutorial),
      rounds.atLeast(0.4, ours, 'GET /movies?title=', hello),
      rounds.atLeast(0.75, ours, conditional, hello),
    ],
    notes: [`A shop of ${shop.movies} movies with ${shop.copies} copies, on SQLite. A title finds 1 to 11 movies.`],
  };
}
