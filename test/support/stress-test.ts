import { setImmediate, setTimeout } from 'node:timers/promises';
import { type EntityManager, In, type SelectQueryBuilder } from 'typeorm';
import { Client } from '../../src/clients/client.entity.js';
import { ClientRepository } from '../../src/clients/client.repository.js';
import { RowLock } from '../../src/platform/database/queries/row-lock.js';
import { GenreRepository } from '../../src/genres/genre.repository.js';
import { MovieCopy } from '../../src/movies/movie-copy.entity.js';
import { MovieCopyRepository } from '../../src/movies/movie-copy.repository.js';
import { Movie } from '../../src/movies/movie.entity.js';
import { MovieRepository } from '../../src/movies/movie.repository.js';
import { MovieRent } from '../../src/rentals/movie-rent.entity.js';
import { noTerms } from '../../src/policy/terms.js';
import { MovieRentDetailRepository } from '../../src/rentals/movie-rent-detail.repository.js';
import { MovieRentRepository } from '../../src/rentals/movie-rent.repository.js';
import { LineEndRepository } from '../../src/rentals/returns/line-end.repository.js';
import { LostRace } from '../../src/kernel/domain-error.js';
import { inParallel } from './parallel.js';
import { RawTables } from './raw-tables.js';
import type { Random } from './random.js';

export const participants = {
  genres: GenreRepository,
  movies: MovieRepository,
  copies: MovieCopyRepository,
  clients: ClientRepository,
  rents: MovieRentRepository,
  ends: LineEndRepository,
  lines: MovieRentDetailRepository,
  raw: RawTables,
};

export type Shop = { readonly [Name in keyof typeof participants]: InstanceType<(typeof participants)[Name]> };

export function shopOf(manager: EntityManager): Shop {
  return Object.fromEntries(
    Object.entries(participants).map(([name, Participant]) => [name, new Participant(manager)]),
  ) as unknown as Shop;
}

/** Whatever claims to do all of a piece of work or nothing of it, and to read only what is committed. */
export interface Transactions {
  run<Result>(work: (shop: Shop) => Promise<Result>): Promise<Result>;
  read<Result>(work: (shop: Shop) => Promise<Result>): Promise<Result>;
}

/** What was found to be wrong, row by row. Where transactions hold, nothing is. */
export interface Damage {
  /** What an acknowledged unit did and is missing. */
  readonly lost: string[];
  /** What is there of a unit that failed. */
  readonly ghosts: string[];
  /** What was seen of a unit that failed. */
  readonly dirty: string[];
  /** What was seen of half a unit. */
  readonly torn: string[];
  /** Errors that neither the plan nor a rule of the shop accounts for. */
  readonly errors: string[];
}

type Kind = 'add movie' | 'drop movie' | 'change twins' | 'rent' | 'close';
const kinds: readonly Kind[] = ['add movie', 'drop movie', 'change twins', 'change twins', 'rent', 'rent', 'close'];

/** One unit of work as it was planned: what it does, and after which of its steps it is to fail, if at all. */
interface Plan {
  readonly stamp: string;
  readonly kind: Kind;
  readonly failsAfter: number | undefined;
}

class PlannedFailure extends Error {}

const firstYear = 1900;
const lockOfTwins = new RowLock<Movie, { ids: readonly number[] }>({ ids: 'integers' }, (manager) =>
  manager.createQueryBuilder(Movie, 'movie').where('movie.id = ANY(:ids)'),
);
const receipt = 'receipt';

/**
 * Thousands of units of work at once, every one of several rows: movies come with copies and go, twins (two movies
 * that always have the same year) change, copies are rented and come back. Each unit signs two receipts, first and
 * last thing, so that a reader of one receipt without the other has seen half a unit. A third fail on purpose.
 */
export class Storm {
  private readonly acknowledged = new Set<string>();
  private readonly failed = new Set<string>();
  private readonly seen = new Set<string>();
  private readonly torn: string[] = [];
  private readonly errors: string[] = [];

  private genreId!: number;
  private clientId!: number;
  private copyIds!: number[];
  /** Both ids of each pair of twins, and how often they were changed. */
  private twins!: { ids: [number, number]; changes: number }[];
  /** Movies and rents as they were acknowledged; one that a unit is about to drop or close is taken out meanwhile. */
  private readonly movies = new Map<number, string>();
  private readonly droppedMovies = new Set<number>();
  private readonly openRents = new Map<number, number>();
  private readonly closedRents = new Map<number, number>();

  constructor(
    private readonly transactions: Transactions,
    private readonly random: Random,
  ) {}

  /** Stocks the shop; nothing goes wrong as yet. */
  async prepare(): Promise<void> {
    await this.transactions.run(async ({ genres, movies, copies, clients }) => {
      this.genreId = (await genres.create({ name: 'Storm', description: null })).id;
      this.clientId = (
        await clients.create({ firstName: 'A', lastName: 'Client', address: null, licenseNumber: null })
      ).id;
      const { id: movieId } = await movies.create(this.movie('Rented'));
      this.copyIds = (await copies.createMany(movieId, Array(60).fill(undefined))).map(({ id }) => id);
      this.twins = [];
      for (let pair = 0; pair < 100; pair++) {
        const [one, other] = [await movies.create(this.movie('Twin')), await movies.create(this.movie('Twin'))];
        this.twins.push({ ids: [one.id, other.id], changes: 0 });
      }
    });
  }

  /** Runs `units` of them, `width` at a time, while readers look on. */
  async rage(units: number, width: number): Promise<void> {
    const plans = Array.from({ length: units }, (_, number) => this.plan(number));
    let raging = true;
    const onlookers = Promise.all(
      Array.from({ length: 3 }, async () => {
        while (raging) {
          await this.look();
          await setTimeout(50);
        }
      }),
    );
    await inParallel(plans, width, (plan) => this.attempt(plan));
    raging = false;
    await onlookers;
  }

  get failures(): number {
    return this.failed.size;
  }

  /** Compares what is there with what was acknowledged. */
  async damage(): Promise<Damage> {
    const found = await this.transactions.read(async (shop) => ({
      receipts: await receipts(shop).getRawMany<Receipts>(),
      movies: await shop.raw.manager.find(Movie),
      stock: await shop.raw.manager.find(MovieCopy),
      rents: await shop.raw.manager.find(MovieRent, { relations: { details: true } }),
    }));
    const lost: string[] = [];
    const ghosts: string[] = [];

    const signed = new Map(found.receipts.map(({ stamp, count }) => [stamp, Number(count)]));
    for (const stamp of this.acknowledged) if (signed.get(stamp) !== 2) lost.push(`receipts of ${stamp}`);
    for (const stamp of signed.keys()) if (!this.acknowledged.has(stamp)) ghosts.push(`receipt of ${stamp}`);

    const movies = new Map(found.movies.map((movie) => [movie.id, movie]));
    for (const [id, stamp] of this.movies) {
      const copies = found.stock.filter(({ movieId }) => movieId === id);
      if (movies.get(id)?.title !== stamp || copies.length !== 2) lost.push(`movie of ${stamp}`);
    }
    for (const id of this.droppedMovies) if (movies.has(id)) lost.push(`dropping of movie ${id}`);
    for (const { id, title } of found.movies) {
      if (title.startsWith('unit') && this.movies.get(id) !== title) ghosts.push(`movie of ${title}`);
    }

    for (const { ids, changes } of this.twins) {
      for (const id of ids) {
        const missing = firstYear + changes - (movies.get(id)?.year ?? 0);
        if (missing > 0) lost.push(`${missing} changes of twin ${id}`);
        if (missing < 0) ghosts.push(`${-missing} changes of twin ${id}`);
      }
    }

    const rents = new Map(found.rents.map((rent) => [rent.id, rent]));
    for (const [id, lines] of this.openRents) {
      const rent = rents.get(id);
      if (rent?.details.filter(({ isOpen }) => isOpen).length !== lines) lost.push(`rent ${id}`);
    }
    for (const [id, lines] of this.closedRents) {
      const rent = rents.get(id);
      if (rent?.details.filter(({ isOpen }) => !isOpen).length !== lines) lost.push(`closing of rent ${id}`);
    }
    for (const id of rents.keys()) {
      if (!this.openRents.has(id) && !this.closedRents.has(id)) ghosts.push(`rent ${id}`);
    }

    const dirty = [...this.seen].filter((stamp) => this.failed.has(stamp));
    return { lost, ghosts, dirty, torn: this.torn, errors: this.errors };
  }

  private plan(number: number): Plan {
    const fails = this.random.below(3) === 0;
    return {
      stamp: `unit ${number}`,
      kind: this.random.pick(kinds),
      failsAfter: fails ? this.random.below(4) : undefined,
    };
  }

  private async attempt(plan: Plan): Promise<void> {
    const { steps, acknowledge, refuse } = this.deed(plan);
    const work = async (shop: Shop): Promise<void> => {
      await this.glance(shop);
      const all = [() => sign(shop, plan), ...steps.map((step) => () => step(shop)), () => sign(shop, plan)];
      for (const [index, step] of all.entries()) {
        await step();
        // A unit of fewer steps than its plan reckoned with fails after its last.
        if (plan.failsAfter === index) throw new PlannedFailure();
        if (index % 2 === 0) await setImmediate();
      }
      if (plan.failsAfter !== undefined) throw new PlannedFailure();
    };
    try {
      await this.transactions.run(work);
      this.acknowledged.add(plan.stamp);
      acknowledge();
    } catch (error) {
      this.failed.add(plan.stamp);
      refuse();
      if (!(error instanceof PlannedFailure || error instanceof LostRace)) this.errors.push(String(error));
    }
  }

  /** What a unit does, and what is to be remembered of it once it is known whether it was done. */
  private deed({ kind, stamp }: Plan): {
    steps: ((shop: Shop) => Promise<unknown>)[];
    acknowledge: () => void;
    refuse: () => void;
  } {
    const nothing = (): void => undefined;
    let id: number;
    const movie = kind === 'drop movie' ? taken(this.movies) : undefined;
    if (movie) {
      return {
        steps: [({ movies }) => movies.delete(movie[0])],
        acknowledge: () => this.droppedMovies.add(movie[0]),
        refuse: () => this.movies.set(...movie),
      };
    }
    const open = kind === 'close' ? taken(this.openRents) : undefined;
    if (open) {
      return {
        steps: [async ({ rents, ends }) => ends.return((await rents.get(open[0])).details, new Date())],
        acknowledge: () => this.closedRents.set(...open),
        refuse: () => this.openRents.set(...open),
      };
    }
    if (kind === 'rent') {
      const copies = this.random.sample(this.copyIds, 2 + this.random.below(2));
      return {
        steps: [
          async ({ rents }) =>
            ({ id } = await rents.create({
              clientId: this.clientId,
              creationDatetime: new Date(),
              voidedDatetime: null,
            })),
          ({ lines }) =>
            lines.open(
              { id, clientId: this.clientId },
              copies.map((copyId) => ({
                copy: { id: copyId } as MovieCopy,
                lentDatetime: new Date(),
                terms: noTerms,
              })),
            ),
        ],
        acknowledge: () => this.openRents.set(id, copies.length),
        refuse: nothing,
      };
    }
    if (kind === 'change twins') {
      const twins = this.random.pick(this.twins);
      const [one, other] = this.random.sample(twins.ids, 2) as [number, number];
      let year: number;
      return {
        steps: [
          async ({ raw: { manager } }) => {
            await lockOfTwins.run(manager, { ids: twins.ids }, 'no key update');
            const years = (await manager.findBy(Movie, { id: In(twins.ids) })).map((twin) => twin.year);
            if (years[0] !== years[1]) this.torn.push(`${stamp} saw twins of ${years.join(' and ')}`);
            year = years[0]! + 1;
          },
          ({ movies }) => movies.update(one, { year }),
          ({ movies }) => movies.update(other, { year }),
        ],
        acknowledge: () => twins.changes++,
        refuse: nothing,
      };
    }
    return {
      steps: [
        async ({ movies }) => ({ id } = await movies.create(this.movie(stamp))),
        ({ copies }) => copies.createMany(id, [undefined, undefined]),
      ],
      acknowledge: () => this.movies.set(id, stamp),
      refuse: nothing,
    };
  }

  /** Each worker sees the latest receipts of earlier units. */
  private async glance({ raw }: Shop): Promise<void> {
    const latest = await raw.manager
      .createQueryBuilder(Client, 'client')
      .select('client.lastName', 'stamp')
      .where('client.address = :receipt', { receipt })
      .orderBy('client.id', 'DESC')
      .limit(10)
      .getRawMany<{ stamp: string }>();
    for (const { stamp } of latest) this.seen.add(stamp);
  }

  /** One reader sees one state of the shop, however many queries it takes to see it. */
  private async look(): Promise<void> {
    await this.transactions.read(async (shop) => {
      await this.glance(shop);
      const halves = await receipts(shop).having('COUNT(*) <> 2').getRawMany<Receipts>();
      for (const { stamp } of halves) this.torn.push(`a reader saw half of ${stamp}`);
      const signed = await shop.raw.manager.countBy(Client, { firstName: 'change twins', address: receipt });
      await setImmediate();
      const twins = await shop.raw.manager.find(Movie, { select: { id: true, year: true }, where: { title: 'Twin' } });
      const years = new Map(twins.map(({ id, year }) => [id, year]));
      let changes = 0;
      for (const { ids } of this.twins) {
        const [one, other] = ids.map((id) => years.get(id)!) as [number, number];
        if (one !== other) this.torn.push(`a reader saw twins of ${one} and ${other}`);
        changes += one - firstYear;
      }
      if (signed !== 2 * changes) this.torn.push(`a reader saw ${changes} changes and ${signed} receipts of them`);
    });
  }

  private movie(title: string) {
    return { title, description: null, year: firstYear, director: null, genreId: this.genreId };
  }
}

/** A receipt is a client whose last name is the unit's stamp. */
function sign({ clients }: Shop, { stamp, kind }: Plan): Promise<unknown> {
  return clients.create({ firstName: kind, lastName: stamp, address: receipt, licenseNumber: null });
}

interface Receipts {
  readonly stamp: string;
  readonly count: number | string;
}

function receipts({ raw }: Shop): SelectQueryBuilder<Client> {
  return raw.manager
    .createQueryBuilder(Client, 'client')
    .select('client.lastName', 'stamp')
    .addSelect('COUNT(*)', 'count')
    .where('client.address = :receipt', { receipt })
    .groupBy('client.lastName');
}

/** Takes the oldest entry out of `map`. */
function taken<Key, Value>(map: Map<Key, Value>): [Key, Value] | undefined {
  const [first] = map;
  if (first) map.delete(first[0]);
  return first;
}
