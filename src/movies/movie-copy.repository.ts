import { randomBytes } from 'node:crypto';
import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { EntityRepository } from '../platform/database/entity-repository.js';
import { type ById, CompiledSelect } from '../platform/database/queries/compiled-select.js';
import { dialectOf } from '../platform/database/dialect/dialect.js';
import type { EngineName } from '../platform/database/dialect/sql.js';
import { isIndexOrder, KeysetPages } from '../platform/database/queries/keyset-pages.js';
import { fromOpenLoanOf, isOpen, Loan } from '../loans/loan.view.js';
import { assertLocked, type LockedIds, type LockStrength, RowLock } from '../platform/database/queries/row-lock.js';
import { inOrder } from '../kernel/in-order.js';
import { likePattern } from '../platform/database/search/substring-search.js';
import { onDuplicate } from '../platform/database/queries/constraint-violations.js';
import type { Page, PageRequest } from '../kernel/page.js';
import { identityKey } from '../kernel/text.js';
import {
  type CopyChanges,
  isAvailable,
  MovieCopy,
  type MovieCopyColumns,
  type ServiceState,
} from './movie-copy.entity.js';
import { Movie } from './movie.entity.js';
import { CopyCodeTaken, CopyIsOut, CopyWasRented } from './movies.errors.js';

export interface CopyFilter {
  readonly movieId?: number;
  /** Compared by `identityKey`. */
  readonly code?: string;
  /** A part of the code, compared by `identityKey`. */
  readonly codeContains?: string;
  readonly serviceState?: ServiceState;
}

const withLoans = (manager: EntityManager): SelectQueryBuilder<MovieCopy> =>
  manager.createQueryBuilder(MovieCopy, 'copy').addSelect('copy.openRent');

/** Copies with the columns that rentals check and show. */
const lendable = (manager: EntityManager): SelectQueryBuilder<MovieCopy> =>
  withLoans(manager).addSelect('copy.lastReturn').innerJoinAndSelect('copy.movie', 'movie');

/** The loan that a copy is out on, as a list of none or one. */
const lists = {
  openLoans: (manager: EntityManager) =>
    manager
      .createQueryBuilder(Loan, 'loan')
      .where(`loan.movieCopyId = copy.id AND ${isOpen('loan')}`)
      .limit(1),
};
const located = (manager: EntityManager): SelectQueryBuilder<MovieCopy> =>
  manager.createQueryBuilder(MovieCopy, 'copy');

const byId = new CompiledSelect<MovieCopy, ById>(
  { id: 'integer' },
  (manager) => located(manager).where('copy.id = :id'),
  { lists, isBatched: () => true },
);
interface Named {
  readonly ids: readonly number[];
  /** A JSON array of normalized barcodes. */
  readonly codeKeys: string;
}

/** On PostgreSQL as an array: a subquery beside OR would be evaluated for every copy. */
const hasCodeKey: Readonly<Record<EngineName, string>> = {
  postgres: '= ANY(ARRAY(SELECT json_array_elements_text(:codeKeys)))',
  sqlite: 'IN (SELECT value FROM json_each(:codeKeys))',
};
const byNames = new CompiledSelect<MovieCopy, Named>({ ids: 'integers', codeKeys: 'text' }, (manager) => {
  const dialect = dialectOf(manager.connection);
  return manager
    .createQueryBuilder(MovieCopy, 'copy')
    .where(`${dialect.isInList('copy.id', ':ids')} OR copy.codeKey ${hasCodeKey[dialect.engine]}`)
    .orderBy('copy.id');
});

interface Wanted {
  readonly ids: readonly number[];
  /** A JSON array of pairs: the id of a movie and the number of requested free copies. */
  readonly movies?: string;
  /** The largest of these numbers. */
  readonly perMovie?: number;
}

const lendableByIds = new CompiledSelect<MovieCopy, Wanted>(
  { ids: 'integers', movies: 'text', perMovie: 'integer' },
  (manager, { movies }) =>
    lendable(manager)
      .where(
        movies
          ? `copy.id ${isNamedOrFree[dialectOf(manager.connection).engine]}`
          : dialectOf(manager.connection).isInList('copy.id', ':ids'),
      )
      .orderBy('copy.id'),
);

/** Selects the oldest free copies of a movie. */
const freeOf = (movieId: string, isNamed: string, limit: string): string =>
  `SELECT one.id FROM movie_copy AS one WHERE one.movie_id = ${movieId} AND one.service_state = 'in_service' ` +
  `AND NOT ${isNamed} AND NOT EXISTS (SELECT 1 ${fromOpenLoanOf('one')}) ORDER BY one.id LIMIT ${limit}`;

/**
 * The SQL condition for the copies given by id, and for the oldest other free copies of each movie. The search stops at
 * the requested number, because a movie can have thousands of copies.
 */
const isNamedOrFree: Readonly<Record<EngineName, string>> = {
  postgres:
    '= ANY(ARRAY(SELECT unnest(:ids::int[]) UNION ALL SELECT free.id ' +
    'FROM json_array_elements(:movies) AS wanted CROSS JOIN LATERAL ' +
    `(${freeOf('(wanted.value ->> 0)::int', 'one.id = ANY(:ids)', '(wanted.value ->> 1)::int')}) AS free))`,
  // SQLite accepts no column as a LIMIT. The key is the index in the array.
  sqlite:
    'IN (SELECT value FROM json_each(:ids) UNION ALL SELECT free.value FROM json_each(:movies) AS wanted, ' +
    'json_each((SELECT json_group_array(id) FROM ' +
    `(${freeOf('(wanted.value ->> 0)', 'one.id IN (SELECT value FROM json_each(:ids))', ':perMovie')}))) AS free ` +
    'WHERE free.key < (wanted.value ->> 1))',
};

const lockOfMovies = new RowLock<Movie, { movieIds: readonly number[]; copyIds: readonly number[] }>(
  { movieIds: 'integers', copyIds: 'integers' },
  (manager) => {
    const movies = manager.createQueryBuilder(Movie, 'movie').where('movie.id = ANY(:movieIds)');
    const onCopies = movies.subQuery().select('copy.movieId').from(MovieCopy, 'copy').where('copy.id = ANY(:copyIds)');
    // As an array: PostgreSQL would evaluate an IN subquery for each movie.
    return movies.orWhere(`movie.id = ANY(ARRAY${onCopies.getQuery()})`);
  },
);
type Listed = Omit<CopyFilter, 'code' | 'codeContains'> & { readonly codeKey?: string; readonly codePattern?: string };
const pages = new KeysetPages<MovieCopy, Listed>(
  { movieId: 'integer', codeKey: 'text', codePattern: 'text', serviceState: 'text' },
  (manager, { movieId, codeKey, codePattern, serviceState }) => {
    const copies = located(manager);
    if (movieId) copies.andWhere('copy.movieId = :movieId');
    if (codeKey) copies.andWhere('copy.codeKey = :codeKey');
    // No index: reads copies in the order of the page until it is full. See docs/decisions/0016.
    if (codePattern) copies.andWhere("copy.codeKey LIKE :codePattern ESCAPE '\\'");
    if (serviceState) copies.andWhere('copy.serviceState = :serviceState');
    return copies;
  },
  { id: 'id', code: 'codeKey' },
  {
    lists,
    isBatched: ({ movieId, codeKey, codePattern, serviceState }, sortBy) =>
      serviceState === undefined && (codeKey ?? (codePattern === undefined && isIndexOrder(sortBy, [movieId]))),
  },
);

/** A copy is locked by its movie. */
const lock = new RowLock<Movie, ById>({ id: 'integer' }, (manager) => {
  const movies = manager.createQueryBuilder(Movie, 'movie');
  const ofCopy = movies.subQuery().select('copy.movieId').from(MovieCopy, 'copy').where('copy.id = :id');
  return movies.where(`movie.id = ${ofCopy.getQuery()}`);
});
export class MovieCopyRepository extends EntityRepository<MovieCopy> {
  constructor(manager: EntityManager) {
    super(manager, { title: 'Movie copy', select: byId, lock });
  }

  page({ code, codeContains, ...filter }: CopyFilter, request: PageRequest): Promise<Page<MovieCopy>> {
    const codeKey = code === undefined ? undefined : identityKey(code);
    const codePattern = codeContains === undefined ? undefined : likePattern(identityKey(codeContains));
    return pages.fetch(this.manager, { ...filter, codeKey, codePattern }, request);
  }

  /** @throws NotFound, StaleLock */
  override async getForUpdate(id: number, strength: LockStrength = 'no key update'): Promise<MovieCopy> {
    const [locked, copy] = await inOrder(this.lock(id, strength), this.get(id));
    assertLocked(locked, [copy.movieId]);
    return copy;
  }

  /** Locks a copy with the movie that it is to be moved to, and returns the copy. @throws NotFound, StaleLock */
  async getForMove(id: number, movieId: number): Promise<MovieCopy> {
    const [locked, copy] = await inOrder(this.lockMovies([movieId], [id]), this.get(id));
    assertLocked(locked, [copy.movieId]);
    return copy;
  }

  /**
   * Locks movies, given by their ids or by ids of their copies: no copy of them can be rented, returned or moved
   * meanwhile. Copies that are read afterwards may belong to other movies by then: see `assertLocked`.
   */
  lockMovies(movieIds: readonly number[], copyIds: readonly number[]): Promise<LockedIds> {
    return lockOfMovies.run(this.manager, { movieIds, copyIds }, 'no key update');
  }

  /** Locks the movies of the copies of lines. @throws StaleLock if a copy belongs to another movie by now */
  async lockMoviesOf(lines: readonly { readonly movieCopy?: MovieCopy }[]): Promise<void> {
    const copies = lines.map(({ movieCopy }) => movieCopy!);
    const locked = await this.lockMovies(
      [],
      copies.map(({ id }) => id),
    );
    assertLocked(
      locked,
      copies.map(({ movieId }) => movieId),
    );
  }

  /**
   * Finds the copies with these ids and, of each of some movies, up to a number of others that are free, the oldest
   * first.
   * @param freeOf the numbers, by the ids of the movies
   */
  async findLendable(ids: readonly number[], freeOf: ReadonlyMap<number, number>): Promise<MovieCopy[]> {
    if (freeOf.size > 0) {
      const perMovie = Math.max(...freeOf.values());
      return lendableByIds.all(this.manager, { ids, movies: JSON.stringify([...freeOf]), perMovie });
    }
    return ids.length > 0 ? lendableByIds.all(this.manager, { ids }) : [];
  }

  /** Finds copies by ids and by barcodes, compared by `identityKey`. */
  findNamed(ids: readonly number[], codes: readonly string[]): Promise<MovieCopy[]> {
    return byNames.all(this.manager, { ids, codeKeys: JSON.stringify(codes.map(identityKey)) });
  }

  /** @throws CopyCodeTaken */
  async create(
    movieId: number,
    code: string = newCodes(1)[0]!,
    serviceState: ServiceState = 'in_service',
  ): Promise<MovieCopy> {
    const copy = this.manager.create(MovieCopy, { movieId, ...MovieCopy.columnsOf({ code, serviceState }) });
    await this.manager.insert(MovieCopy, copy).catch(onDuplicate('movie_copy.code_key', () => new CopyCodeTaken(code)));
    return copy;
  }

  /**
   * Adds copies by one short statement; building 10,000 rows of VALUES would take longer.
   * @param codes undefined for a copy that gets a generated code
   * @throws CopyCodeTaken
   */
  async createMany(movieId: number, codes: readonly (string | undefined)[]): Promise<MovieCopy[]> {
    if (codes.length === 0) return [];
    const drawn = newCodes(codes.filter((code) => code === undefined).length);
    // The key of a generated code is the code in lowercase.
    const added = codes.map((code) => {
      if (code !== undefined) return [code, identityKey(code)];
      const own = drawn.pop()!;
      return [own, own.toLowerCase()];
    });
    const { connection, queryRunner } = this.manager;
    const metadata = connection.getMetadata(MovieCopy);
    const columns = Object.keys(newColumns).map((name) => metadata.findColumnWithPropertyName(name)!.databaseName);
    const given = dialectOf(connection).jsonElements('$2', 'given');
    // A missing row identifies the code that is taken. Without WHERE, SQLite would parse ON as a join constraint.
    const { records } = await queryRunner!.query(
      `INSERT INTO movie_copy (${columns.join()}) SELECT ${Object.values(newColumns).join()} FROM ${given} WHERE true ` +
        'ON CONFLICT DO NOTHING RETURNING id, code',
      [movieId, JSON.stringify(added)],
      true,
    );
    const rows = records as Pick<MovieCopy, 'id' | 'code'>[];
    if (rows.length < added.length) {
      const stored = new Set(rows.map(({ code }) => code));
      throw new CopyCodeTaken(added.find(([code]) => !stored.has(code!))![0]!);
    }
    const keys = new Map(added.map(([code, key]) => [code!, key!]));
    const copies = rows.map(({ id, code }) =>
      Object.assign(new MovieCopy(), {
        id,
        movieId,
        code,
        codeKey: keys.get(code)!,
        serviceState: 'in_service',
        openRent: null,
      } satisfies MovieCopyColumns & Pick<MovieCopy, 'id' | 'openRent'>),
    );
    return copies.sort((one, other) => one.id - other.id);
  }

  /** Retires the newest available copies of a movie, and returns their ids, the lowest first. */
  async retireNewest(movieId: number, count: number): Promise<number[]> {
    if (count === 0) return [];
    const newest = this.manager
      .createQueryBuilder(MovieCopy, 'copy')
      .select('copy.id')
      .where('copy.movieId = :movieId', { movieId })
      .andWhere(isAvailable('copy'))
      .orderBy('copy.id', 'DESC')
      .limit(count);
    const ids = (await newest.getMany()).map(({ id }) => id).reverse();
    await this.setServiceState(ids, 'retired');
    return ids;
  }

  /**
   * Returns the changed copy. Lock it first; check the limit of the stock and, of a move, the movie and the loans of the
   * copy.
   * @throws CopyCodeTaken, CopyIsOut
   */
  async update(copy: MovieCopy, { movieId, code, serviceState }: CopyChanges): Promise<MovieCopy> {
    if (serviceState !== undefined && serviceState !== copy.serviceState && copy.openLoans?.[0]) {
      throw new CopyIsOut(copy.openLoans[0].movieRentId);
    }
    const columns = {
      movieId: movieId ?? copy.movieId,
      ...MovieCopy.columnsOf({ code: code ?? copy.code, serviceState: serviceState ?? copy.serviceState }),
    };
    await this.manager
      .update(MovieCopy, copy.id, columns)
      .catch(onDuplicate('movie_copy.code_key', () => new CopyCodeTaken(columns.code)));
    return Object.assign(new MovieCopy(), copy, columns);
  }

  /** Moves all copies of a movie to another movie, and returns their number. Lock both movies first. */
  async moveToMovie(fromId: number, toId: number): Promise<number> {
    const { affected } = await this.manager.update(MovieCopy, { movieId: fromId }, { movieId: toId });
    return affected!;
  }

  /** Lock the movies of the copies first. */
  async setServiceState(ids: readonly number[], serviceState: ServiceState): Promise<void> {
    if (ids.length === 0) return;
    const dialect = dialectOf(this.manager.connection);
    await this.manager.query(`UPDATE movie_copy SET service_state = $1 WHERE ${dialect.isInList('id', '$2')}`, [
      serviceState,
      dialect.listParameter(ids),
    ]);
  }

  /** Lock it first. @throws CopyWasRented */
  async delete({ id }: MovieCopy): Promise<void> {
    await this.assertNeverRented(id, 'deleted');
    await this.manager.delete(MovieCopy, id);
  }

  /** Lock the copy first. @throws CopyWasRented */
  async assertNeverRented(id: number, purpose: 'deleted' | 'moved'): Promise<void> {
    const loans = await this.manager.countBy(Loan, { movieCopyId: id });
    if (loans > 0) throw new CopyWasRented(loans, purpose);
  }
}

/** The SQL values of new copies: `$1` is their movie, `given` a JSON array of a code and its key. */
const newColumns = {
  movieId: '$1',
  code: 'given.value ->> 0',
  codeKey: 'given.value ->> 1',
  serviceState: "'in_service'",
} satisfies Record<keyof MovieCopyColumns, string>;

/** Without I, L, O and U, which are easily misread. With 32 letters, the modulo of a random byte is unbiased. */
const codeAlphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const codeLength = 12;

/**
 * Generates barcodes of 60 random bits: among ten million copies, the probability of any collision is 1 in 20,000, and
 * the unique index rejects it. All bits are drawn by one call, which costs about 5 µs.
 */
function newCodes(count: number): string[] {
  const letters = Array.from(randomBytes(count * codeLength), (byte) => codeAlphabet[byte % codeAlphabet.length]);
  return Array.from({ length: count }, (_, index) =>
    letters.slice(index * codeLength, (index + 1) * codeLength).join(''),
  );
}
