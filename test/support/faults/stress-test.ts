import { setImmediate, setTimeout } from 'node:timers/promises';
import { type EntityManager, In, type SelectQueryBuilder } from 'typeorm';
import { Client } from '../../../src/clients/client.entity.js';
import { ClientRepository } from '../../../src/clients/client.repository.js';
import { RowLock } from '../../../src/platform/database/queries/row-lock.js';
import { GenreRepository } from '../../../src/genres/genre.repository.js';
import { MovieCopy } from '../../../src/movies/movie-copy.entity.js';
import { MovieCopyRepository } from '../../../src/movies/movie-copy.repository.js';
import { Movie } from '../../../src/movies/movie.entity.js';
import { MovieRepository } from '../../../src/movies/movie.repository.js';
import { MovieRent } from '../../../src/rentals/movie-rent.entity.js';
import { noTerms } from '../../../src/policy/terms.js';
import { MovieRentDetailRepository } from '../../../src/rentals/movie-rent-detail.repository.js';
import { MovieRentRepository } from '../../../src/rentals/movie-rent.repository.js';
import { LineEndRepository } from '../../../src/rentals/returns/line-end.repository.js';
import { LostRace } from '../../../src/kernel/domain-error.js';
import { inParallel } from '../parallel.js';
import { RawTables } from '../database/raw-tables.js';
import type { Random } from '../random.js';

export const repositories = {
  genres: GenreRepository,
  movies: MovieRepository,
  copies: MovieCopyRepository,
  clients: ClientRepository,
  rents: MovieRentRepository,
  ends: LineEndRepository,
  lines: MovieRentDetailRepository,
  raw: RawTables,
};

export type Repositories = { readonly [Name in keyof typeof repositories]: InstanceType<(typeof repositories)[Name]> };

export function repositoriesOf(manager: EntityManager): Repositories {
  return Object.fromEntries(
    Object.entries(repositories).map(([name, Participant]) => [name, new Participant(manager)]),
  ) as unknown as Repositories;
}

/** An implementation of transactions under test: atomic, and reading committed rows only. */
export interface Transactions {
  run<Result>(work: (shop: Repositories) => Promise<Result>): Promise<Result>;
  read<Result>(work: (shop: Repositories) => Promise<Result>): Promise<Result>;
}

/** The anomalies that were found, row by row: none if transactions are atomic, isolated and durable. */
export interface Anomalies {
  /** Rows of acknowledged units that are missing. */
  readonly lostWrites: string[];
  /** Rows of failed units that are present. */
  readonly leftovers: string[];
  /** Rows of failed units that another unit has read. */
  readonly dirtyReads: string[];
  /** Reads that saw a part of a unit. */
  readonly fracturedReads: string[];
  /** Errors that are neither planned failures nor lost races. */
  readonly unexpectedErrors: string[];
}

type Kind = 'add movie' | 'delete movie' | 'change twins' | 'rent' | 'close';
const kinds: readonly Kind[] = ['add movie', 'delete movie', 'change twins', 'change twins', 'rent', 'rent', 'close'];

/** A planned unit of work: what it does, and after which of its steps it fails, if at all. */
interface PlannedUnit {
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
 * A stress test of transactions: many concurrent units of work of several rows each. Units create and delete movies with
 * copies, change twins (two movies that always have the same year), and rent and return copies. Each unit writes a
 * receipt as its first and another as its last step, so that a reader of one receipt without the other has read a part
 * of a unit. A third of the units fail on purpose.
 */
export class StressTest {
  private readonly acknowledged = new Set<string>();
  private readonly failed = new Set<string>();
  private readonly readStamps = new Set<string>();
  private readonly fracturedReads: string[] = [];
  private readonly unexpectedErrors: string[] = [];

  private genreId!: number;
  private clientId!: number;
  private copyIds!: number[];
  /** Both ids of each pair of twins, and how often they were changed. */
  private twins!: { ids: [number, number]; changes: number }[];
  /** Acknowledged movies and rents, without those that a running unit deletes or closes. */
  private readonly movies = new Map<number, string>();
  private readonly deletedMovies = new Set<number>();
  private readonly openRents = new Map<number, number>();
  private readonly closedRents = new Map<number, number>();

  constructor(
    private readonly transactions: Transactions,
    private readonly random: Random,
  ) {}

  /** Creates the rows that the units share. */
  async prepare(): Promise<void> {
    await this.transactions.run(async ({ genres, movies, copies, clients }) => {
      this.genreId = (await genres.create({ name: 'Stress test', description: null })).id;
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

  /** Runs `units` units of work, `concurrency` at a time, beside three readers. */
  async run(units: number, concurrency: number): Promise<void> {
    const plans = Array.from({ length: units }, (_, number) => this.plan(number));
    let isRunning = true;
    const readers = Promise.all(
      Array.from({ length: 3 }, async () => {
        while (isRunning) {
          await this.readSnapshot();
          await setTimeout(50);
        }
      }),
    );
    await inParallel(plans, concurrency, (plan) => this.attempt(plan));
    isRunning = false;
    await readers;
  }

  get failures(): number {
    return this.failed.size;
  }

  /** Compares the rows with the acknowledged and the failed units. */
  async anomalies(): Promise<Anomalies> {
    const found = await this.transactions.read(async (shop) => ({
      receipts: await receipts(shop).getRawMany<Receipts>(),
      movies: await shop.raw.manager.find(Movie),
      stock: await shop.raw.manager.find(MovieCopy),
      rents: await shop.raw.manager.find(MovieRent, { relations: { details: true } }),
    }));
    const lostWrites: string[] = [];
    const leftovers: string[] = [];

    const receiptCounts = new Map(found.receipts.map(({ stamp, count }) => [stamp, Number(count)]));
    for (const stamp of this.acknowledged) if (receiptCounts.get(stamp) !== 2) lostWrites.push(`receipts of ${stamp}`);
    for (const stamp of receiptCounts.keys()) if (!this.acknowledged.has(stamp)) leftovers.push(`receipt of ${stamp}`);

    const movies = new Map(found.movies.map((movie) => [movie.id, movie]));
    for (const [id, stamp] of this.movies) {
      const copies = found.stock.filter(({ movieId }) => movieId === id);
      if (movies.get(id)?.title !== stamp || copies.length !== 2) lostWrites.push(`movie of ${stamp}`);
    }
    for (const id of this.deletedMovies) if (movies.has(id)) lostWrites.push(`deletion of movie ${id}`);
    for (const { id, title } of found.movies) {
      if (title.startsWith('unit') && this.movies.get(id) !== title) leftovers.push(`movie of ${title}`);
    }

    for (const { ids, changes } of this.twins) {
      for (const id of ids) {
        const missing = firstYear + changes - (movies.get(id)?.year ?? 0);
        if (missing > 0) lostWrites.push(`${missing} changes of twin ${id}`);
        if (missing < 0) leftovers.push(`${-missing} changes of twin ${id}`);
      }
    }

    const rents = new Map(found.rents.map((rent) => [rent.id, rent]));
    for (const [id, lines] of this.openRents) {
      const rent = rents.get(id);
      if (rent?.details.filter(({ isOpen }) => isOpen).length !== lines) lostWrites.push(`rent ${id}`);
    }
    for (const [id, lines] of this.closedRents) {
      const rent = rents.get(id);
      if (rent?.details.filter(({ isOpen }) => !isOpen).length !== lines) lostWrites.push(`closing of rent ${id}`);
    }
    for (const id of rents.keys()) {
      if (!this.openRents.has(id) && !this.closedRents.has(id)) leftovers.push(`rent ${id}`);
    }

    const dirtyReads = [...this.readStamps].filter((stamp) => this.failed.has(stamp));
    const { fracturedReads, unexpectedErrors } = this;
    return { lostWrites, leftovers, dirtyReads, fracturedReads, unexpectedErrors };
  }

  private plan(number: number): PlannedUnit {
    const fails = this.random.below(3) === 0;
    return {
      stamp: `unit ${number}`,
      kind: this.random.pick(kinds),
      failsAfter: fails ? this.random.below(4) : undefined,
    };
  }

  private async attempt(plan: PlannedUnit): Promise<void> {
    const { steps, acknowledge, rollBack } = this.operation(plan);
    const work = async (shop: Repositories): Promise<void> => {
      await this.readReceipts(shop);
      const all = [
        () => writeReceipt(shop, plan),
        ...steps.map((step) => () => step(shop)),
        () => writeReceipt(shop, plan),
      ];
      for (const [index, step] of all.entries()) {
        await step();
        // A unit with fewer steps than planned fails after its last step.
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
      rollBack();
      if (!(error instanceof PlannedFailure || error instanceof LostRace)) this.unexpectedErrors.push(String(error));
    }
  }

  /** Returns the steps of a unit, and how its commit or rollback is recorded. */
  private operation({ kind, stamp }: PlannedUnit): {
    steps: ((shop: Repositories) => Promise<unknown>)[];
    acknowledge: () => void;
    rollBack: () => void;
  } {
    const nothing = (): void => undefined;
    let id: number;
    const movie = kind === 'delete movie' ? removeFirst(this.movies) : undefined;
    if (movie) {
      return {
        steps: [async ({ movies }) => movies.delete(await movies.getForUpdate(movie[0], 'update'))],
        acknowledge: () => this.deletedMovies.add(movie[0]),
        rollBack: () => this.movies.set(...movie),
      };
    }
    const open = kind === 'close' ? removeFirst(this.openRents) : undefined;
    if (open) {
      return {
        steps: [async ({ rents, ends }) => ends.return((await rents.get(open[0])).details, new Date())],
        acknowledge: () => this.closedRents.set(...open),
        rollBack: () => this.openRents.set(...open),
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
        rollBack: nothing,
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
            if (years[0] !== years[1]) this.fracturedReads.push(`${stamp} saw twins of ${years.join(' and ')}`);
            year = years[0]! + 1;
          },
          ({ movies }) => movies.update(one, { year }),
          ({ movies }) => movies.update(other, { year }),
        ],
        acknowledge: () => twins.changes++,
        rollBack: nothing,
      };
    }
    return {
      steps: [
        async ({ movies }) => ({ id } = await movies.create(this.movie(stamp))),
        ({ copies }) => copies.createMany(id, [undefined, undefined]),
      ],
      acknowledge: () => this.movies.set(id, stamp),
      rollBack: nothing,
    };
  }

  /** Reads the latest receipts, which must not be those of failed units. */
  private async readReceipts({ raw }: Repositories): Promise<void> {
    const latest = await raw.manager
      .createQueryBuilder(Client, 'client')
      .select('client.lastName', 'stamp')
      .where('client.address = :receipt', { receipt })
      .orderBy('client.id', 'DESC')
      .limit(10)
      .getRawMany<{ stamp: string }>();
    for (const { stamp } of latest) this.readStamps.add(stamp);
  }

  /** Reads one snapshot in several queries, which must agree. */
  private async readSnapshot(): Promise<void> {
    await this.transactions.read(async (shop) => {
      await this.readReceipts(shop);
      const parts = await receipts(shop).having('COUNT(*) <> 2').getRawMany<Receipts>();
      for (const { stamp } of parts) this.fracturedReads.push(`a reader saw a part of ${stamp}`);
      const receiptCount = await shop.raw.manager.countBy(Client, { firstName: 'change twins', address: receipt });
      await setImmediate();
      const twins = await shop.raw.manager.find(Movie, { select: { id: true, year: true }, where: { title: 'Twin' } });
      const years = new Map(twins.map(({ id, year }) => [id, year]));
      let changes = 0;
      for (const { ids } of this.twins) {
        const [one, other] = ids.map((id) => years.get(id)!) as [number, number];
        if (one !== other) this.fracturedReads.push(`a reader saw twins of ${one} and ${other}`);
        changes += one - firstYear;
      }
      if (receiptCount !== 2 * changes)
        this.fracturedReads.push(`a reader saw ${changes} changes and ${receiptCount} receipts of them`);
    });
  }

  private movie(title: string) {
    return { title, description: null, year: firstYear, director: null, genreId: this.genreId };
  }
}

/** Writes a receipt: a client whose last name is the stamp of the unit. */
function writeReceipt({ clients }: Repositories, { stamp, kind }: PlannedUnit): Promise<unknown> {
  return clients.create({ firstName: kind, lastName: stamp, address: receipt, licenseNumber: null });
}

interface Receipts {
  readonly stamp: string;
  readonly count: number | string;
}

function receipts({ raw }: Repositories): SelectQueryBuilder<Client> {
  return raw.manager
    .createQueryBuilder(Client, 'client')
    .select('client.lastName', 'stamp')
    .addSelect('COUNT(*)', 'count')
    .where('client.address = :receipt', { receipt })
    .groupBy('client.lastName');
}

/** Removes the oldest entry of `map`, and returns it. */
function removeFirst<Key, Value>(map: Map<Key, Value>): [Key, Value] | undefined {
  const [first] = map;
  if (first) map.delete(first[0]);
  return first;
}
